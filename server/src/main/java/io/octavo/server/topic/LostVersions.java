package io.octavo.server.topic;

import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.protocol.Withdrawal;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Version rows that a log which was set back lacks, or has as they were, made anew from a head that knows more. A head
 * does not know everything: versions that it doesn't name stay lost, but for their numbers.
 */
final class LostVersions {
    private static final int MOST_TAKEN_BACK = 1_000;
    private static final String REASON = "not in the state that was exported last";

    private final NavigableMap<Long, VersionRecord> changed;
    private final VersionRows rows;

    /**
     * @param changed rows that are made anew
     * @param rows    those in the log
     */
    LostVersions(Map<Long, VersionRecord> changed, VersionRows rows) {
        this.changed = new TreeMap<>(changed);
        this.rows = rows;
    }

    /**
     * The row of a version that a head names.
     *
     * @param row    in the log; null if there is none
     * @param record in the head
     */
    static VersionRecord row(@Nullable VersionRecord row, VersionRecord record, TopicHead lost) {
        List<Publication> standing = lost.getPublicationsList().stream()
                .filter(publication -> publication.getVersion() == record.getVersion())
                .toList();
        boolean isAnother =
                row != null && (row.hasDeletion() || !row.getPartsList().equals(record.getPartsList()));
        if (row == null || isAnother) {
            // After a second restore the log can be of a history in which the number was given to something else, or in
            // which the version was given up: readers have what the head says, and its bytes are what must stay.
            return record.toBuilder()
                    .clearPublications()
                    .addAllPublications(standing)
                    .build();
        }
        Set<Scope> scopes = standing.stream().map(Publication::getScope).collect(Collectors.toSet());
        VersionRecord.Builder again = row.toBuilder()
                .clearPublications()
                .addAllPublications(row.getPublicationsList().stream()
                        .filter(publication -> !scopes.contains(publication.getScope()))
                        .toList())
                .addAllPublications(standing)
                .clearQuarantine();
        return record.hasQuarantine()
                ? again.setQuarantine(record.getQuarantine()).build()
                : again.build();
    }

    /** The rows in which a publication is taken back that would count, and is not in the head. */
    Map<Long, VersionRecord> takenBack(TopicHead lost, String who, long now) {
        Set<Publication> standing = new HashSet<>(lost.getPublicationsList());
        Map<Long, VersionRecord> takenBack = new TreeMap<>();
        for (int steps = 0; steps < MOST_TAKEN_BACK; steps++) {
            Publication other = Publications.fold(newestFirst(), lost.getBaseVersion()).publications().stream()
                    .filter(publication -> !standing.contains(publication))
                    .findFirst()
                    .orElse(null);
            VersionRecord row = other == null ? null : row(other.getVersion());
            if (other == null || row == null) {
                break;
            }
            Withdrawal withdrawal = Withdrawal.newBuilder()
                    .setAtMs(now)
                    .setBy(who)
                    .setReason(REASON)
                    .build();
            VersionRecord without = row.toBuilder()
                    .clearPublications()
                    .addAllPublications(row.getPublicationsList().stream()
                            .map(publication -> publication.equals(other)
                                    ? publication.toBuilder()
                                            .setWithdrawal(withdrawal)
                                            .build()
                                    : publication)
                            .toList())
                    .build();
            changed.put(row.getVersion(), without);
            takenBack.put(row.getVersion(), without);
        }
        return takenBack;
    }

    private @Nullable VersionRecord row(long version) {
        VersionRecord row = changed.get(version);
        return row != null ? row : rows.get(version);
    }

    /** Those that the log lacks are newer than those that it has. */
    private Iterator<VersionRecord> newestFirst() {
        List<VersionRecord> lacking = changed.descendingMap().values().stream()
                .filter(row -> rows.get(row.getVersion()) == null)
                .toList();
        Iterator<VersionRecord> there = rows.newestFirst(changed);
        return Stream.concat(
                        lacking.stream(),
                        Stream.generate(() -> there)
                                .takeWhile(Iterator::hasNext)
                                .map(Iterator::next))
                .iterator();
    }
}
