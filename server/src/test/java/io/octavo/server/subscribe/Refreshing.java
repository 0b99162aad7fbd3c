package io.octavo.server.subscribe;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.TopicHead;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.fallback.NoFallback;
import io.octavo.server.payload.InMemoryObjects;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** A node's heads in memory with all that they come from, and a clock. */
final class Refreshing {
    static final Duration SECOND = Duration.ofSeconds(1);
    static final Duration SWEEP = Duration.ofMinutes(1);

    final TestClock clock = new TestClock();
    final FaultyLog log = new FaultyLog(clock);
    final HeadCache cache = new HeadCache(clock);
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final CacheRefresh refresh = refresh(NoFallback.cache());
    final InMemoryObjects eu = new InMemoryObjects("eu", clock);
    final InMemoryObjects us = new InMemoryObjects("us", clock);
    final FallbackCache fallback = new FallbackCache(List.of(eu, us), new FallbackConfig("fallback", 3));

    /** One that has this to go by while the log is away. */
    CacheRefresh refresh(FallbackCache standby) {
        CacheMetrics metrics = new CacheMetrics(meters);
        FallbackLoader loader = new FallbackLoader(standby, cache, clock, metrics);
        return new CacheRefresh(log, log, cache, loader, SWEEP, clock, new Random(1), metrics);
    }

    /** A second passes. */
    void tick() {
        clock.advance(SECOND);
        refresh.tick();
    }

    void sweepOnce() {
        for (int i = 0; i < 60; i++) {
            refresh.sweepTick();
        }
    }

    /** The version that is published by the cached head; 0 = there is none. */
    long version(String topic) {
        TopicHead head = cache.head(topic);
        return head == null ? 0 : head.getPublications(0).getVersion();
    }

    double failures(String step) {
        return meters.counter("octavo.cache.failures", "step", step).count();
    }
}
