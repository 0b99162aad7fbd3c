package io.octavo.server.subscribe;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.RunState;
import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consistency check: holds back versions whose payloads are positively missing. Polls never wait for it; it looks at
 * what newly decides something, at what processes fail to get, and at what is held back, again and again. What it finds
 * goes into the cache, with the head it is about. Safe for use by many threads; only the executor's ever block.
 */
final class Consistency {
    /** What is held back is looked at again so often, about. */
    static final Duration AGAIN = Duration.ofSeconds(5);
    /** Who fails to get a version makes it looked at, but not more often. */
    static final Duration SUSPECTED_ONCE_IN = Duration.ofSeconds(10);

    private static final Duration ROUND = Duration.ofSeconds(1);
    private static final int MOST_IN_A_ROUND = 50;
    private static final int MOST_SUSPECTED = 10_000;
    private static final int ATTEMPTS = 3;
    private static final double SHORTEST = 0.8;
    /** In place of a time: it is being looked at. */
    private static final long BUSY = Long.MAX_VALUE;

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);
    private static final Logger LOG = LoggerFactory.getLogger(Consistency.class);

    private record Suspect(String topic, long version) {}

    private final HeadCache cache;
    private final PayloadCheck check;
    private final Executor executor;
    private final InstantSource clock;
    private final Counter unchecked;
    private final Cache<Suspect, Boolean> suspected;
    /** Topics of which something is held back, and when to look again, in ms. */
    private final ConcurrentHashMap<String, Long> held = new ConcurrentHashMap<>();

    /** @param executor asks the stores; refuses what is too much for it */
    Consistency(
            HeadCache cache,
            TopicLog log,
            PayloadSource payloads,
            Executor executor,
            InstantSource clock,
            MeterRegistry registry) {
        this.cache = cache;
        this.check = new PayloadCheck(payloads, new StandInSearch(log), clock);
        this.executor = executor;
        this.clock = clock;
        this.suspected = Caffeine.newBuilder()
                .maximumSize(MOST_SUSPECTED)
                .expireAfterWrite(SUSPECTED_ONCE_IN)
                .ticker(() -> clock.millis() * 1_000_000)
                .executor(Runnable::run)
                .build();
        this.unchecked = Counter.builder("octavo.held.back.unchecked")
                .description("Versions that were not looked at, for too many were waiting for that")
                .register(registry);
        Gauge.builder("octavo.held.back", this, Consistency::heldBack)
                .description("Versions that are held back, for their payloads are missing")
                .register(registry);
    }

    /**
     * A topic has changed: looks at versions that may be given to somebody from now on.
     *
     * @return completes when it has, or will not; never with an exception
     */
    CompletableFuture<?> changed(@Nullable CachedTopic before, CachedTopic now) {
        String topic = now.topic();
        if (!now.heldBack().isEmpty() || held.containsKey(topic)) {
            track(topic);
        }
        if (!cache.ready() || (before != null && before.compareTo(now.epoch(), now.revision()) == 0)) {
            return DONE;
        }
        Set<Long> fresh = new HashSet<>(now.deciding());
        if (before != null) {
            fresh.removeIf(version -> before.deciding().contains(version) && now.hasSamePayload(before, version));
        }
        return fresh.isEmpty() && now.heldBack().isEmpty() ? DONE : submit(topic, fresh);
    }

    /** Looks at what a process says it has failed at. For every poll: costs nothing worth naming unless one failed. */
    void heard(News news) {
        for (News.Item item : news.heard()) {
            if (item.state().getState() == RunState.FAILED && item.resolution().version() != 0) {
                suspect(item.cached().topic(), item.resolution().version());
            }
        }
    }

    /** Looks at a version of which somebody says that its payload isn't there; soon, and not too often. */
    void suspect(String topic, long version) {
        if (suspected.asMap().putIfAbsent(new Suspect(topic, version), true) == null) {
            var unused = submit(topic, Set.of(version));
        }
    }

    /**
     * Looks again at some of what is held back.
     *
     * @return when to call again
     */
    Duration round() {
        long now = clock.millis();
        List<String> due = held.entrySet().stream()
                .filter(entry -> isDue(entry.getValue(), now))
                .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
                .sorted(Map.Entry.comparingByValue())
                .limit(MOST_IN_A_ROUND)
                .map(Map.Entry::getKey)
                .toList();
        for (String topic : due) {
            held.computeIfPresent(topic, (name, at) -> BUSY);
            var unused = submit(topic, Set.of())
                    .whenComplete((done, never) -> held.computeIfPresent(topic, (name, at) -> next()));
        }
        return ROUND;
    }

    /** How many versions are held back. */
    int heldBack() {
        int count = 0;
        for (String topic : held.keySet()) {
            CachedTopic cached = cache.get(topic);
            count += cached == null ? 0 : cached.heldBack().versions().size();
        }
        return count;
    }

    private CompletableFuture<Void> submit(String topic, Set<Long> suspects) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            executor.execute(() -> {
                try {
                    look(topic, suspects);
                } catch (RuntimeException e) {
                    LOG.warn("{}: whether payloads are missing could not be found out", topic, e);
                } finally {
                    done.complete(null);
                }
            });
        } catch (RejectedExecutionException e) {
            unchecked.increment();
            done.complete(null);
        }
        return done;
    }

    /** What is found counts for the head it was found for: if that was replaced meanwhile, looks anew. */
    private void look(String topic, Set<Long> suspects) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            CachedTopic now = cache.get(topic);
            if (now == null) {
                return;
            }
            HeldBack found = check.look(now, suspects);
            if (found.equals(now.heldBack())) {
                return;
            }
            if (cache.replace(now, now.with(found))) {
                tell(topic, now.heldBack(), found);
                return;
            }
        }
    }

    /** By the cache, not by who calls: of two that call at once, the last one sees what is. */
    private void track(String topic) {
        held.compute(topic, (name, at) -> {
            CachedTopic cached = cache.get(topic);
            if (cached == null || cached.heldBack().isEmpty()) {
                return null;
            }
            return at == null ? Long.valueOf(next()) : at;
        });
    }

    private long next() {
        double part =
                SHORTEST + 2 * (1 - SHORTEST) * ThreadLocalRandom.current().nextDouble();
        return clock.millis() + Math.round(AGAIN.toMillis() * part);
    }

    /** A clock that was set back must not make anything wait for long. */
    private static boolean isDue(long at, long now) {
        return at <= now || (at != BUSY && at - now > 2 * AGAIN.toMillis());
    }

    private static void tell(String topic, HeldBack before, HeldBack now) {
        now.versions().forEach((version, missing) -> {
            if (before.of(version) == null) {
                LOG.warn(
                        "{} version {}: its payload is missing in the stores, so it is held back; {}",
                        topic,
                        version,
                        missing.standIns().records().isEmpty()
                                ? "nothing can stand in for it"
                                : "version "
                                        + missing.standIns().records().get(0).getVersion()
                                        + " stands in for it where nothing runs");
            }
        });
        before.versions().keySet().forEach(version -> {
            if (now.of(version) == null) {
                LOG.info("{} version {}: is not held back any more", topic, version);
            }
        });
    }
}
