package io.octavo.server.subscribe;

import io.octavo.protocol.TopicHead;
import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Topics of which a newer head is known to exist than the cached one. Each is read until the cache has it, with a
 * growing wait of at most a second; only what a hint alone has named is ever given up. Topics can be named by many threads,
 * one thread reads.
 */
final class BehindHeads {
    /** The longest wait between two reads of a topic. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(BehindHeads.class);
    private static final long SHORTEST_WAIT_MILLIS = 20;
    private static final int FAILURES_IN_A_ROW = 3;
    private static final int SERIAL_EVERY = 8;
    private static final int TOLD_AFTER = 12;
    /** Beyond this many topics that are behind, hints are left to the feed. */
    private static final int MOST_HINTED = 1000;

    /**
     * @param epoch    0 = not known: the revision alone counts
     * @param hinted   named by a hint alone: if a serial read doesn't find it, it isn't there
     * @param attempts reads so far
     * @param dueAt    when to read next, in ms
     */
    private record Wanted(long epoch, long revision, boolean hinted, int attempts, long dueAt) {
        boolean isDue(long now) {
            // A clock that was set back must not make anything wait for long.
            return dueAt <= now || dueAt - now > LONGEST_WAIT.toMillis();
        }

        Wanted orNewer(Wanted other) {
            boolean newer = other.epoch > epoch || (other.epoch == epoch && other.revision > revision);
            return newer ? new Wanted(other.epoch, other.revision, other.hinted, attempts, dueAt) : this;
        }

        Wanted again(long now) {
            long wait = SHORTEST_WAIT_MILLIS << Math.min(attempts, 10);
            return new Wanted(epoch, revision, hinted, attempts + 1, now + Math.min(wait, LONGEST_WAIT.toMillis()));
        }
    }

    private final ConcurrentHashMap<String, Wanted> topics = new ConcurrentHashMap<>();
    private final TopicLog log;
    private final HeadCache cache;
    private final InstantSource clock;
    private final CacheMetrics metrics;

    BehindHeads(TopicLog log, HeadCache cache, InstantSource clock, CacheMetrics metrics) {
        this.log = log;
        this.cache = cache;
        this.clock = clock;
        this.metrics = metrics;
    }

    /**
     * Names a position that a topic has reached.
     *
     * @return whether the cache is behind it
     */
    boolean want(String topic, long epoch, long revision) {
        if (cache.has(topic, epoch, revision)) {
            return false;
        }
        topics.merge(topic, new Wanted(epoch, revision, false, 0, clock.millis()), Wanted::orNewer);
        return true;
    }

    /**
     * Names a position that a topic has reached, as another node says: it is given up if the log knows nothing of it.
     *
     * @return whether the cache is behind it, and it will be read
     */
    boolean wantHinted(String topic, long epoch, long revision) {
        if (cache.has(topic, epoch, revision) || topics.size() >= MOST_HINTED) {
            return false;
        }
        topics.merge(topic, new Wanted(epoch, revision, true, 0, clock.millis()), Wanted::orNewer);
        return true;
    }

    int size() {
        return topics.size();
    }

    /**
     * Reads the heads that are due, those that wait longest first; stops early if the log seems to be away.
     *
     * @return when to call again, at most {@link #LONGEST_WAIT}
     */
    Duration readDue() {
        long now = clock.millis();
        List<Map.Entry<String, Wanted>> due = topics.entrySet().stream()
                .filter(entry -> entry.getValue().isDue(now))
                .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong(entry -> entry.getValue().dueAt()))
                .toList();
        int failures = 0;
        for (Map.Entry<String, Wanted> entry : due) {
            failures = read(entry.getKey(), entry.getValue()) ? 0 : failures + 1;
            if (failures == FAILURES_IN_A_ROW) {
                return LONGEST_WAIT;
            }
        }
        return untilDue();
    }

    private Duration untilDue() {
        long never = clock.millis() + LONGEST_WAIT.toMillis();
        long earliest = topics.values().stream().mapToLong(Wanted::dueAt).min().orElse(never);
        long wait = earliest - clock.millis();
        return Duration.ofMillis(Math.max(SHORTEST_WAIT_MILLIS, Math.min(wait, LONGEST_WAIT.toMillis())));
    }

    private boolean read(String topic, Wanted wanted) {
        boolean answered = true;
        TopicLog.Read order = order(wanted);
        try {
            TopicHead head = log.head(topic, order);
            if (head != null) {
                cache.put(head);
            }
        } catch (RuntimeException e) {
            answered = false;
            metrics.failed(CacheMetrics.Step.HEAD);
            LOG.debug("could not read the head of {}", topic, e);
        }
        boolean decided = answered && order == TopicLog.Read.SERIAL;
        topics.computeIfPresent(topic, (name, still) -> {
            boolean done = cache.has(name, still.epoch(), still.revision()) || (decided && still.hinted());
            return done ? null : again(name, still);
        });
        return answered;
    }

    /** A serial read finishes a commit that local replicas have missed; it is dear, so only some are. */
    private static TopicLog.Read order(Wanted wanted) {
        boolean serial = wanted.attempts() % SERIAL_EVERY == SERIAL_EVERY - 1;
        return serial ? TopicLog.Read.SERIAL : TopicLog.Read.LOCAL;
    }

    private Wanted again(String topic, Wanted wanted) {
        Wanted again = wanted.again(clock.millis());
        if (again.attempts() == TOLD_AFTER) {
            LOG.warn(
                    "{}: no head at revision {} could be read in {} attempts; trying on, once a second",
                    topic,
                    wanted.revision(),
                    TOLD_AFTER);
        }
        return again;
    }
}
