package io.octavo.server.subscribe;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Which topics somebody has begun to poll, or read, in the last day. Of those who poll on the registry knows. Bounded by the
 * topics that there are. Safe for use by many threads; nothing here blocks.
 */
final class RecentTopics {
    private static final long KEPT = Duration.ofHours(25).toNanos();
    /** What was noted so short a time ago is not noted again, so that many calls cost one look-up each. */
    private static final long FINE = Duration.ofMinutes(10).toNanos();

    private final HeadCache cache;
    private final LongSupplier nanoTime;
    private final ConcurrentHashMap<String, Long> seen = new ConcurrentHashMap<>();

    RecentTopics(HeadCache cache, LongSupplier nanoTime) {
        this.cache = cache;
        this.nanoTime = nanoTime;
    }

    /** Notes a topic, if there is such a one. */
    void note(String topic) {
        long now = nanoTime.getAsLong();
        Long before = seen.get(topic);
        if (before == null || now - before > FINE) {
            CachedTopic known = cache.get(topic);
            if (known != null) {
                seen.put(known.topic(), now);
            }
        }
    }

    /** How long ago each was noted, in ms. */
    Map<String, Long> agoMillis() {
        long now = nanoTime.getAsLong();
        seen.values().removeIf(at -> now - at > KEPT);
        Map<String, Long> ago = new HashMap<>();
        seen.forEach((topic, at) -> ago.put(topic, TimeUnit.NANOSECONDS.toMillis(Math.max(0, now - at))));
        return ago;
    }
}
