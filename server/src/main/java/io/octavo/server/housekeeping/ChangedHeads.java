package io.octavo.server.housekeeping;

import io.octavo.protocol.TopicHead;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The heads that changed since the last reading, by the feed of changes. Each reading begins five seconds before the end
 * of the last one, for writers whose clocks differ from ours; a head is read until it is at the revision that the feed
 * names. For one thread.
 */
final class ChangedHeads {
    private static final Logger LOG = LoggerFactory.getLogger(ChangedHeads.class);
    /** One after the other: then nothing can be read now. */
    private static final int FAILURES_THAT_END_A_READING = 5;

    private static final Duration OVERLAP = Duration.ofSeconds(5);
    /** The feed keeps changes for an hour; what is nearly that old may be gone while it is read. */
    private static final Duration KEPT = Duration.ofMinutes(55);

    private final ChangeFeed feed;
    private final TopicLog log;
    private final InstantSource clock;
    private Map<String, Long> known = new HashMap<>();
    private Instant readTo = Instant.EPOCH;

    ChangedHeads(ChangeFeed feed, TopicLog log, InstantSource clock) {
        this.feed = feed;
        this.log = log;
        this.clock = clock;
    }

    /** The next reading starts here: whoever reads all heads has what happened before. */
    void startAt(Instant from) {
        readTo = from;
        known = new HashMap<>();
    }

    /** Whether the feed still has all that happened since the last reading. */
    boolean isWithinReach() {
        return Duration.between(readTo, clock.instant()).compareTo(KEPT) < 0;
    }

    /**
     * Hands over the heads that changed; if the run ends before the last one, it begins anew with the next. A head that
     * can't be read is told to the run, and read again with the next.
     *
     * @return whether those were all that changed before it began
     */
    boolean read(Run run, Consumer<TopicHead> consumer) {
        Instant now = clock.instant();
        Map<String, Long> reached = new HashMap<>();
        boolean all = true;
        int failedInARow = 0;
        for (Map.Entry<String, Long> change : changes(now).entrySet()) {
            String topic = change.getKey();
            long revision = known.getOrDefault(topic, 0L);
            if (revision < change.getValue()) {
                if (!run.mayGoOn() || failedInARow >= FAILURES_THAT_END_A_READING) {
                    return false;
                }
                try {
                    TopicHead head = log.head(topic, Read.LOCAL);
                    failedInARow = 0;
                    revision = head == null ? 0 : head.getRevision();
                    if (head != null) {
                        consumer.accept(head);
                    }
                } catch (RuntimeException e) {
                    failedInARow++;
                    run.failed(e);
                    LOG.warn("what changed of {} is not known for now: {}", topic, e.getMessage());
                }
            }
            all &= revision >= change.getValue();
            reached.put(topic, revision);
            known.merge(topic, revision, Math::max);
        }
        known = reached;
        if (all) {
            readTo = now;
        }
        return all;
    }

    private Map<String, Long> changes(Instant now) {
        Map<String, Long> newest = new LinkedHashMap<>();
        Instant from = readTo.isAfter(now) ? now : readTo;
        long last = bucket(now) + 1;
        for (long bucket = bucket(from.minus(OVERLAP)); bucket <= last; bucket++) {
            for (ChangeFeed.Change change : feed.read(bucket)) {
                newest.merge(change.topic(), change.revision(), Math::max);
            }
        }
        return newest;
    }

    private static long bucket(Instant at) {
        return Math.floorDiv(at.toEpochMilli(), ChangeFeed.BUCKET_MILLIS);
    }
}
