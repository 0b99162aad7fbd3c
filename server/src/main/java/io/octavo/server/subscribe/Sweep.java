package io.octavo.server.subscribe;

import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares every topic's position in the log with the cache, and so finds what the feed has missed. */
final class Sweep {
    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
    /** Topics handed over between two looks at the time. */
    static final int STRIDE = 500;
    /** The part of the interval that a run is spread over. */
    private static final double SPREAD = 0.8;

    /** Waits, or less if the node stops. */
    @FunctionalInterface
    interface Pause {
        void forMillis(long millis) throws InterruptedException;
    }

    private final TopicLog log;
    private final HeadCache cache;
    private final BehindHeads behind;
    private final Duration interval;
    private final InstantSource clock;
    private final Pause pause;
    private final CacheMetrics metrics;

    Sweep(
            TopicLog log,
            HeadCache cache,
            BehindHeads behind,
            Duration interval,
            InstantSource clock,
            Pause pause,
            CacheMetrics metrics) {
        this.log = log;
        this.cache = cache;
        this.behind = behind;
        this.interval = interval;
        this.clock = clock;
        this.pause = pause;
        this.metrics = metrics;
    }

    /** Looks at all topics, slowly: pauses between some of them, so that it takes most of the interval. */
    void runSpread() {
        long start = clock.millis();
        long spread = (long) (interval.toMillis() * SPREAD);
        long expected = Math.max(1, cache.size());
        long[] seen = {0};
        try {
            log.forEachRevision((topic, epoch, revision) -> {
                look(topic, epoch, revision);
                if (++seen[0] % STRIDE == 0) {
                    long at = Math.min(spread, spread * seen[0] / expected);
                    keepTo(start + at);
                }
            });
        } catch (CancellationException e) {
            LOG.debug("a sweep was stopped", e);
        } catch (RuntimeException e) {
            metrics.failed(CacheMetrics.Step.SWEEP);
            LOG.warn("a sweep of all topics did not end; the next one starts over: {}", e.toString());
        }
    }

    /** Looks at all topics without pauses; throws what the log throws. */
    void runAtOnce() {
        log.forEachRevision(this::look);
    }

    private void look(String topic, long epoch, long revision) {
        if (behind.want(topic, epoch, revision)) {
            metrics.swept();
        }
    }

    private void keepTo(long millis) {
        long ahead = Math.min(millis - clock.millis(), interval.toMillis());
        if (ahead <= 0) {
            return;
        }
        try {
            pause.forMillis(ahead);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        }
    }
}
