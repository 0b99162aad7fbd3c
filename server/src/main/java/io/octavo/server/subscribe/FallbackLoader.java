package io.octavo.server.subscribe;

import io.octavo.protocol.TopicHead;
import io.octavo.rules.FallbackKeys.Position;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.fallback.FallbackRegion.Exported;
import io.octavo.server.fallback.FallbackRegion.Unreadable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the cache from the regions' fallback caches while the log is away: from the nearest that can be asked, and from
 * others that have something newer. Heads that are in memory already are not read. For one thread.
 */
final class FallbackLoader {
    private static final Logger LOG = LoggerFactory.getLogger(FallbackLoader.class);
    /** What another region has that is newer by less than this isn't worth reading. */
    private static final Duration WORTH_READING = Duration.ofMinutes(1);

    private static final Duration BETWEEN_LOADS = Duration.ofMinutes(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
    /** From so many heads on, it is worth while to read bundles of them. */
    private static final int MANY = 200;

    private final FallbackCache fallback;
    private final HeadCache cache;
    private final InstantSource clock;
    private final CacheMetrics metrics;
    private @Nullable Instant loadedAt;

    FallbackLoader(FallbackCache fallback, HeadCache cache, InstantSource clock, CacheMetrics metrics) {
        this.fallback = fallback;
        this.cache = cache;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Loads, if that wasn't done a moment ago. Blocks. */
    void load() {
        Instant now = clock.instant();
        if (loadedAt != null && Duration.between(loadedAt, now).abs().compareTo(BETWEEN_LOADS) < 0) {
            return;
        }
        Instant complete = null;
        boolean whole = false;
        for (FallbackRegion region : fallback.regions()) {
            try {
                Instant there = region.completeAt();
                if (there == null) {
                    LOG.info("the fallback cache of region {} was never complete; it is not used", region.name());
                } else if (!whole || complete == null || there.isAfter(complete.plus(WORTH_READING))) {
                    whole = load(region);
                    complete = complete == null || there.isAfter(complete) ? there : complete;
                }
            } catch (RuntimeException e) {
                metrics.failed(CacheMetrics.Step.FALLBACK);
                LOG.warn("the fallback cache of region {} could not be loaded: {}", region.name(), e.toString());
            }
        }
        if (complete != null) {
            cache.loadedFromFallback(complete);
            loadedAt = now;
            LOG.warn(
                    "serving {} topics from the fallback cache, as of {}, until the log can be read",
                    cache.size(),
                    complete);
        }
    }

    /**
     * Loads what a region has.
     *
     * @return false if it has heads that can't be read: another region may have them
     */
    private boolean load(FallbackRegion region) {
        Reading reading = new Reading(region);
        try {
            Map<String, Exported> wanted = wanted(region);
            if (wanted.size() >= MANY) {
                reading.bundles(wanted);
            }
            reading.each(wanted);
        } finally {
            reading.threads.shutdownNow();
        }
        return reading.unreadable.get() == 0;
    }

    /** The newest head of each topic, of those that this node doesn't have. */
    private Map<String, Exported> wanted(FallbackRegion region) {
        Map<String, Exported> wanted = new ConcurrentHashMap<>();
        region.forEachHead(() -> !Thread.currentThread().isInterrupted(), exported -> {
            Position at = exported.position();
            if (!cache.has(at.topic(), at.epoch(), at.revision())) {
                // The first of a topic is the newest.
                wanted.putIfAbsent(at.topic(), exported);
            }
        });
        return wanted;
    }

    /** Heads of one region on their way, a bounded number at once. */
    private final class Reading {
        private final FallbackRegion region;
        private final int most = 4 * fallback.parallel();
        private final Semaphore room = new Semaphore(most);
        private final AtomicInteger unreadable = new AtomicInteger();
        private final ThreadPoolExecutor threads;
        private volatile @Nullable RuntimeException failure;

        Reading(FallbackRegion region) {
            this.region = region;
            this.threads = new ThreadPoolExecutor(
                    fallback.parallel(),
                    fallback.parallel(),
                    1,
                    TimeUnit.SECONDS,
                    new ArrayBlockingQueue<>(most),
                    work -> {
                        Thread thread = new Thread(work, "octavo-fallback-" + region.name());
                        thread.setDaemon(true);
                        return thread;
                    });
        }

        /** Takes what it can of those that are wanted from bundles, one after the other, for memory's sake. */
        void bundles(Map<String, Exported> wanted) {
            try {
                for (String key : region.bundles()) {
                    try {
                        take(key, wanted);
                    } catch (Unreadable e) {
                        metrics.failed(CacheMetrics.Step.FALLBACK);
                        LOG.error("skipped: {}", e.getMessage());
                    }
                }
            } catch (RuntimeException e) {
                metrics.failed(CacheMetrics.Step.FALLBACK);
                LOG.warn("region {}: heads are read one by one: {}", region.name(), e.toString());
            }
        }

        private void take(String key, Map<String, Exported> wanted) {
            for (TopicHead head : region.bundle(key)) {
                Exported exported = wanted.get(head.getTopic());
                if (exported != null && !exported.position().isAfter(head)) {
                    cache.put(head);
                    wanted.remove(head.getTopic());
                }
            }
        }

        void each(Map<String, Exported> wanted) {
            for (Exported exported : wanted.values()) {
                if (failure != null) {
                    break;
                }
                submit(() -> read(exported));
            }
            await();
            RuntimeException failed = failure;
            if (failed != null) {
                throw failed;
            }
        }

        private void submit(Runnable work) {
            acquire(1);
            threads.execute(() -> {
                try {
                    work.run();
                } catch (Unreadable e) {
                    unreadable.incrementAndGet();
                    metrics.failed(CacheMetrics.Step.FALLBACK);
                    LOG.error("skipped: {}", e.getMessage());
                } catch (RuntimeException e) {
                    failure = e;
                } finally {
                    room.release();
                }
            });
        }

        private void read(Exported exported) {
            TopicHead head = region.read(exported);
            if (head == null) {
                // A newer one is there.
                head = region.newest(exported.position().topic());
            }
            if (head != null) {
                cache.put(head);
            }
        }

        private void await() {
            acquire(most);
        }

        private void acquire(int permits) {
            try {
                if (room.tryAcquire(permits, LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                throw new IllegalStateException("heads were read too slowly");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while heads were read", e);
            }
        }
    }
}
