package io.octavo.server.housekeeping;

import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.fallback.FallbackRegion.Exported;
import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The topics of the log, and of the regions' fallback caches, a page at a time in {@link FallbackRegion#ORDER}. For one
 * thread.
 */
final class TopicPages {
    private static final Duration NAMES_ARE_KEPT = Duration.ofMinutes(10);

    private final TopicLog log;
    private final FallbackCache fallback;
    private final InstantSource clock;
    private NavigableSet<String> names = new TreeSet<>();
    private Instant namesReadAt = Instant.EPOCH;

    TopicPages(TopicLog log, FallbackCache fallback, InstantSource clock) {
        this.log = log;
        this.fallback = fallback;
        this.clock = clock;
    }

    /**
     * Some topics.
     *
     * @param topics      the newest head that each region has of it; of topics that only regions know too
     * @param last        where the next page begins; null if this was the last
     * @param unreachable regions that could not be listed
     */
    record Page(
            Map<String, Map<FallbackRegion, Exported>> topics,
            @Nullable String last,
            Map<FallbackRegion, ServiceException> unreachable) {}

    /**
     * The topics that follow one.
     *
     * @param after empty = from the first
     * @param limit topics of the log at most
     */
    Page page(String after, int limit) {
        List<String> inLog = namesAfter(after).stream().limit(limit).toList();
        String last = inLog.size() < limit ? null : inLog.get(limit - 1);
        Map<String, Map<FallbackRegion, Exported>> topics = new LinkedHashMap<>();
        inLog.forEach(topic -> topics.put(topic, new LinkedHashMap<>()));
        Map<FallbackRegion, ServiceException> unreachable = new LinkedHashMap<>();
        for (FallbackRegion region : fallback.regions()) {
            try {
                list(region, after, last, topics);
            } catch (ServiceException e) {
                unreachable.put(region, e);
            }
        }
        return new Page(topics, last, unreachable);
    }

    private static void list(
            FallbackRegion region,
            String after,
            @Nullable String last,
            Map<String, Map<FallbackRegion, Exported>> topics) {
        boolean[] beyond = {false};
        region.forEachHead(after.isEmpty() ? "" : region.behind(after), () -> !beyond[0], exported -> {
            String topic = exported.position().topic();
            beyond[0] |= last != null && FallbackRegion.ORDER.compare(topic, last) > 0;
            if (!beyond[0]) {
                topics.computeIfAbsent(topic, name -> new LinkedHashMap<>()).putIfAbsent(region, exported);
            }
        });
    }

    private NavigableSet<String> namesAfter(String after) {
        Instant now = clock.instant();
        if (after.isEmpty() || Duration.between(namesReadAt, now).abs().compareTo(NAMES_ARE_KEPT) > 0) {
            NavigableSet<String> read = new TreeSet<>(FallbackRegion.ORDER);
            log.forEachRevision(0, 1, (topic, epoch, revision) -> read.add(topic));
            names = read;
            namesReadAt = now;
        }
        return after.isEmpty() ? names : names.tailSet(after, false);
    }
}
