package io.octavo.server.subscribe;

import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares every topic's position in the log with the cache, and so finds what the feed has missed: about a second's
 * share of all topics at a time, all of them in one interval. For one thread, but for {@link #all}.
 */
final class Sweep {
    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

    private final TopicLog log;
    private final BehindHeads behind;
    private final CacheMetrics metrics;
    private final int slices;
    private final Duration pause;
    private int next;

    Sweep(TopicLog log, BehindHeads behind, Duration interval, CacheMetrics metrics) {
        this.log = log;
        this.behind = behind;
        this.metrics = metrics;
        this.slices = (int) Math.max(1, interval.toSeconds());
        this.pause = interval.dividedBy(slices);
    }

    /** From one slice to the next. */
    Duration pause() {
        return pause;
    }

    /** Looks at the next slice; if that fails, at the same topics again one interval later. */
    void slice() {
        int slice = next;
        next = (next + 1) % slices;
        try {
            log.forEachRevision(slice, slices, this::look);
        } catch (RuntimeException e) {
            metrics.failed(CacheMetrics.Step.SWEEP);
            LOG.warn(
                    "slice {} of {} of all topics could not be compared with the log: {}", slice, slices, e.toString());
        }
    }

    /** Looks at all topics; throws what the log throws. */
    void all() {
        log.forEachRevision(0, 1, this::look);
    }

    private void look(String topic, long epoch, long revision) {
        if (behind.want(topic, epoch, revision)) {
            metrics.swept();
        }
    }
}
