package io.octavo.server.subscribe;

import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the cache with every head there is, once; until that works, after a growing and random wait each time. Meanwhile
 * what the fallback cache has is served.
 */
final class CacheLoader {
    private static final Logger LOG = LoggerFactory.getLogger(CacheLoader.class);
    private static final long FIRST_WAIT_MILLIS = 1000;
    private static final long LONGEST_WAIT_MILLIS = 30_000;

    private final TopicLog log;
    private final HeadCache cache;
    private final FallbackLoader fallback;
    private final RandomGenerator random;
    private final CacheMetrics metrics;
    private int failures;

    CacheLoader(TopicLog log, HeadCache cache, FallbackLoader fallback, RandomGenerator random, CacheMetrics metrics) {
        this.log = log;
        this.cache = cache;
        this.fallback = fallback;
        this.random = random;
        this.metrics = metrics;
    }

    /** Loads; what was loaded by an attempt that fails stays. */
    boolean load() {
        try {
            log.forEachHead(cache::put);
        } catch (RuntimeException e) {
            failures++;
            metrics.failed(CacheMetrics.Step.LOAD);
            LOG.warn(
                    "the topics could not be loaded from the log (attempt {}); trying again: {}",
                    failures,
                    e.toString());
            fallback.load();
            return false;
        }
        cache.loaded();
        LOG.info("{} topics loaded", cache.size());
        return true;
    }

    /** How long to wait after a failure: doubling to 30 s, of which a random half is left out. */
    Duration untilNext() {
        long wait = Math.min(FIRST_WAIT_MILLIS << Math.min(Math.max(failures - 1, 0), 10), LONGEST_WAIT_MILLIS);
        return Duration.ofMillis(wait / 2 + random.nextLong(wait / 2 + 1));
    }
}
