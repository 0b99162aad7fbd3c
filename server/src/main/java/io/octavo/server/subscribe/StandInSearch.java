package io.octavo.server.subscribe;

import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * Looks for versions that stand in for one whose payload is missing: the newest below it that are servable, were
 * published to some of those who are to run it, and whose own payloads are not missing. Looks back so far and no
 * further. Blocks.
 */
final class StandInSearch {
    /** Versions looked at. */
    static final int MOST_LOOKED_AT = 100;
    /** Payloads asked for, in one inquiry. */
    static final int MOST_ASKED = 20;

    private static final int PAGE = 25;

    private final TopicLog log;

    StandInSearch(TopicLog log) {
        this.log = log;
    }

    /** By a read that sees what the head says, a quarantine above all; if that can't be had, by what is known. */
    StandIns find(CachedTopic topic, long version, Inquiry inquiry) {
        String name = topic.topic();
        try {
            return find(topic, version, inquiry, true, below -> log.versionsBelow(name, below, PAGE, Read.SERIAL));
        } catch (ServiceException notSerial) {
            try {
                return find(topic, version, inquiry, false, below -> log.versionsBelow(name, below, PAGE, Read.LOCAL));
            } catch (ServiceException notAtAll) {
                return find(topic, version, inquiry, false, below -> named(topic.head(), below));
            }
        }
    }

    private static StandIns find(
            CachedTopic topic, long version, Inquiry inquiry, boolean isSure, LongFunction<List<VersionRecord>> pages) {
        boolean settled = isSure;
        List<Scope> wanted = topic.scopesOf(version);
        List<Scope> covered = new ArrayList<>();
        List<VersionRecord> found = new ArrayList<>();
        long below = version;
        for (int looked = 0; looked < MOST_LOOKED_AT && !coversAll(covered, wanted); ) {
            List<VersionRecord> page = pages.apply(below);
            if (page.isEmpty()) {
                break;
            }
            looked += page.size();
            below = page.get(page.size() - 1).getVersion();
            for (VersionRecord record : page) {
                if (!isServable(topic.head(), record)
                        || coversAll(covered, wanted)
                        || !helps(record, covered, wanted)
                        || inquiry.size() == MOST_ASKED) {
                    continue;
                }
                if (isThere(topic, record, inquiry)) {
                    found.add(record);
                    record.getPublicationsList().stream()
                            .filter(publication -> !publication.hasWithdrawal() && !publication.hasShare())
                            .forEach(publication -> covered.add(publication.getScope()));
                } else {
                    // It may come back before the version that all this is about.
                    settled = false;
                }
            }
        }
        return new StandIns(found, settled);
    }

    private static boolean isThere(CachedTopic topic, VersionRecord record, Inquiry inquiry) {
        return switch (inquiry.about(record)) {
            case THERE -> true;
            case MISSING -> false;
            case UNKNOWN -> topic.heldBack().of(record.getVersion()) == null;
        };
    }

    private static boolean coversAll(List<Scope> covered, List<Scope> wanted) {
        return wanted.stream().allMatch(scope -> isCovered(scope, covered));
    }

    private static boolean isCovered(Scope scope, List<Scope> covered) {
        return covered.stream().anyMatch(wide -> Scopes.covers(wide, scope));
    }

    private static boolean helps(VersionRecord record, List<Scope> covered, List<Scope> wanted) {
        return record.getPublicationsList().stream()
                .filter(publication -> !publication.hasWithdrawal())
                .map(Publication::getScope)
                .anyMatch(scope ->
                        !isCovered(scope, covered) && wanted.stream().anyMatch(other -> Scopes.overlap(scope, other)));
    }

    private static boolean isServable(TopicHead head, VersionRecord record) {
        return !record.hasQuarantine()
                && !record.hasDeletion()
                && record.getVersion() > head.getBaseVersion()
                && record.getPartsCount() > 0;
    }

    /** Those below a number that the head names, newest first, with the publications that it names. */
    private static List<VersionRecord> named(TopicHead head, long below) {
        int count = head.getVersionsCount();
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> head.getVersions(count - i))
                .filter(record -> record.getVersion() < below)
                .map(record -> record.toBuilder()
                        .clearPublications()
                        .addAllPublications(head.getPublicationsList().stream()
                                .filter(publication -> publication.getVersion() == record.getVersion())
                                .toList())
                        .build())
                .toList();
    }
}
