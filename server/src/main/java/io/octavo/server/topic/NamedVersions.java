package io.octavo.server.topic;

import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicHeadOrBuilder;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.rules.Scopes;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The records that a head carries: of every version that a publication or a pin names. */
final class NamedVersions {
    private final TopicHead before;
    private final Map<Long, VersionRecord> changed;
    private final VersionRows rows;

    /**
     * @param before  the head that stands, whose records are used again
     * @param changed rows that this change writes
     * @param rows    all others
     */
    NamedVersions(TopicHead before, Map<Long, VersionRecord> changed, VersionRows rows) {
        this.before = before;
        this.changed = changed;
        this.rows = rows;
    }

    /** The records for a head's publications and pins, ascending. */
    List<VersionRecord> of(TopicHeadOrBuilder head) {
        TreeSet<Long> named = new TreeSet<>();
        head.getPublicationsList().stream().map(Publication::getVersion).forEach(named::add);
        head.getPinsList().stream().map(Pin::getVersion).forEach(named::add);
        return named.stream().map(this::record).toList();
    }

    /** What of a head names a version, in words: publications, pins and holds; empty if nothing does. */
    static List<String> why(TopicHeadOrBuilder head, long version) {
        Stream<String> publications = head.getPublicationsList().stream()
                .filter(publication -> publication.getVersion() == version)
                .map(publication -> "published to " + Scopes.format(publication.getScope()));
        Stream<String> pins = head.getPinsList().stream()
                .filter(pin -> pin.getVersion() == version)
                .map(pin -> "pinned for " + Scopes.format(pin.getScope()));
        Stream<String> holds = head.getHoldsList().stream()
                .filter(hold -> hold.getVersion() == version)
                .map(hold -> "held by " + hold.getHolder());
        return Stream.of(publications, pins, holds).flatMap(each -> each).toList();
    }

    private VersionRecord record(long version) {
        VersionRecord row = changed.get(version);
        if (row == null) {
            VersionRecord known = Heads.record(before, version);
            if (known != null && !known.getMetadataOmitted()) {
                return known;
            }
            row = rows.get(version);
        }
        if (row == null) {
            throw new IllegalStateException(
                    "version " + version + " of " + before.getTopic() + " is named, but has no row");
        }
        return row.toBuilder().clearPublications().build();
    }
}
