package io.octavo.server.subscribe;

import io.grpc.BindableService;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Hint;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.TopicHead;
import io.octavo.server.consumers.ConsumerReports;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.reads.Reads;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscribe role of a node: the cache of all heads, what keeps it fresh, and what answers from it. Reads the log
 * and the feed on threads of its own; writes nothing.
 */
public final class SubscribeRole implements AutoCloseable {
    /** Full names of the methods that never block and belong on the transport's threads. */
    public static final Set<String> ON_TRANSPORT =
            Set.of(SubscribeServiceGrpc.getPollMethod().getFullMethodName());

    private static final Logger LOG = LoggerFactory.getLogger(SubscribeRole.class);
    private static final Duration STOP = Duration.ofSeconds(2);
    private static final int FILL_THREADS = 4;
    private static final int FILLS_WAITING = 1000;

    private final HeadCache cache;
    private final CacheRefresh refresh;
    private final LatestVersions latest;
    private final Reads reads;
    private final SubscribeService service;
    private final Consistency consistency;
    private final Holding holding;
    private final Repeated feed;
    private final Repeated sweep;
    private final Repeated rechecks;
    private final ConsumerRegistry consumers;
    private final Repeated consumerSweep;
    private final ThreadPoolExecutor fillers;
    private final ThreadPoolExecutor readers;
    private final ThreadPoolExecutor checkers;

    /**
     * Starts nothing; see {@link #start}.
     *
     * @param fallback what is served until the log can be read
     * @param region   the node's own; links to payloads are sorted by it
     * @param random for waits that differ between nodes
     */
    public SubscribeRole(
            TopicLog log,
            ChangeFeed changes,
            PayloadSource payloads,
            SubscribeConfig config,
            HeldConfig heldConfig,
            ConsumersConfig consumersConfig,
            FallbackCache fallback,
            String region,
            InstantSource clock,
            RandomGenerator random,
            MeterRegistry registry) {
        cache = new HeadCache(clock);
        CacheMetrics metrics = new CacheMetrics(registry);
        FallbackLoader standby = new FallbackLoader(fallback, cache, clock, metrics);
        refresh = new CacheRefresh(log, changes, cache, standby, config.sweepInterval(), clock, random, metrics);
        latest = new LatestVersions(cache);
        reads = new Reads(log, cache::head, cache::put, registry);
        feed = new Repeated(named("octavo-feed"), refresh::tick);
        sweep = new Repeated(named("octavo-sweep"), refresh::sweepTick);
        fillers = threads("octavo-payloads");
        readers = threads("octavo-reads");
        // Of their own: a store that is slow to say whether it has something must not keep small payloads from memory.
        checkers = threads("octavo-checks");
        SmallPayloads small =
                new SmallPayloads(payloads, config.payloadCacheBytes().toBytes(), fillers, registry);
        int inlineBytes = (int) config.inlineBytes().toBytes();
        consistency = new Consistency(cache, log, payloads, checkers, clock, registry);
        rechecks = new Repeated(named("octavo-consistency"), consistency::round);
        holding = new Holding(cache, consistency, small, inlineBytes, heldConfig, registry);
        cache.listen(holding::changed);
        consumers = new ConsumerRegistry(
                cache,
                config.pollInterval(),
                consumersConfig.memoryBytes(),
                System::nanoTime,
                new AdoptionTimes(cache, clock));
        consumerSweep = new Repeated(named("octavo-consumers"), () -> {
            consumers.sweep();
            return ConsumerRegistry.SWEEP;
        });
        VersionRecords versions = new VersionRecords(reads.explicit(), cache);
        service = new SubscribeService(
                new PollAnswers(
                        cache, small, inlineBytes, (int) config.pollInterval().toMillis()),
                new LatestAnswers(latest, reads.fresh(), new PastVersions(versions, reads.explicit(), clock)),
                versions,
                small,
                new PayloadTurns(heldConfig.payloadTurns(), readers, registry),
                payloads,
                region,
                holding.waiters(),
                new InlineBudget(heldConfig.inlineInFlight().toBytes()),
                consistency,
                consumers,
                registry);
        registerGauges(registry);
        registerConsumerGauges(registry);
    }

    /** Begins to load all heads, and to keep them fresh. Does not wait for it; see {@link HeadCache#ready}. */
    public void start() {
        holding.start();
        feed.start();
        sweep.start();
        rechecks.start();
        consumerSweep.start();
    }

    /** All heads. */
    public HeadCache cache() {
        return cache;
    }

    /** Takes a head that this process has committed. */
    public void hint(TopicHead head) {
        cache.put(head);
    }

    /** How many versions are held back, for their payloads are missing. */
    public int heldBack() {
        return consistency.heldBack();
    }

    /** Reads, on another thread, a topic of which this process knows where it stands at least. */
    public void hintPosition(TopicHead past) {
        hint(Hint.newBuilder()
                .setTopic(past.getTopic())
                .setEpoch(past.getEpoch())
                .setRevision(past.getRevision())
                .build());
    }

    /** Takes what another node says of a topic: its head if it is newer; else it is read at once, on another thread. */
    public void hint(Hint hint) {
        if (refresh.hint(hint)) {
            feed.wake();
        }
    }

    /** What consumers are to run. */
    public LatestVersions latest() {
        return latest;
    }

    /** What this node reads for those who ask. */
    public Reads reads() {
        return reads;
    }

    /**
     * Completes when a consumer is to run another version of a topic than this one, and at the latest after a time; with
     * UNAVAILABLE when this node goes away. On a thread that must not be blocked.
     *
     * @return null if too many wait already, or this node goes away
     */
    public @Nullable CompletableFuture<Void> nextChange(
            String topic, Consumer consumer, long version, Duration atMost) {
        HeldLatest waiter = new HeldLatest(topic, consumer, version);
        return holding.waiters().hold(waiter, atMost) ? waiter.changed() : null;
    }

    /** Notes that somebody reads a topic otherwise than by this role's service. Doesn't block. */
    public void used(String topic) {
        consumers.recent().note(topic);
    }

    /** What consumers that poll this node have reported. */
    public ConsumerReports consumers() {
        return new ConsumerQueries(consumers, cache);
    }

    /** The gRPC service. */
    public BindableService service() {
        return service;
    }

    /** Ends all polls that wait, politely, and lets no more of them wait: this node is about to go. */
    public void sendAway() {
        holding.sendAway();
    }

    /** Stops reading. Blocks for a few seconds at most. */
    @Override
    public void close() {
        holding.close();
        feed.stop();
        sweep.stop();
        rechecks.stop();
        consumerSweep.stop();
        fillers.shutdownNow();
        readers.shutdownNow();
        checkers.shutdownNow();
        reads.close();
        try {
            boolean haveEnded = true;
            for (Repeated thread : List.of(feed, sweep, rechecks, consumerSweep)) {
                haveEnded &= thread.awaitEnd(STOP);
            }
            for (ThreadPoolExecutor threads : List.of(fillers, readers, checkers)) {
                haveEnded &= threads.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS);
            }
            if (!haveEnded) {
                LOG.warn("a thread of the subscribe role goes on after it was stopped");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ThreadPoolExecutor threads(String name) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                FILL_THREADS, FILL_THREADS, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(FILLS_WAITING), named(name));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private void registerGauges(MeterRegistry registry) {
        Gauge.builder("octavo.cache.heads", cache, HeadCache::size)
                .description("Topics in memory")
                .register(registry);
        Gauge.builder("octavo.cache.behind", refresh, CacheRefresh::behind)
                .description("Topics of which a newer head exists than the one in memory")
                .register(registry);
        Gauge.builder("octavo.cache.stale", cache, heads -> heads.isStale() ? 1 : 0)
                .description("1 while heads from the fallback cache are served, for the log could not be read yet")
                .register(registry);
        TimeGauge.builder("octavo.cache.age", cache, TimeUnit.MILLISECONDS, SubscribeRole::ageMillis)
                .description("Time since the feed of changes was last read")
                .register(registry);
    }

    private void registerConsumerGauges(MeterRegistry registry) {
        Gauge.builder("octavo.consumers", consumers, ConsumerRegistry::size)
                .description("Instances that poll this node and are recorded")
                .register(registry);
        Gauge.builder("octavo.consumers.bytes", consumers, ConsumerRegistry::bytes)
                .baseUnit("bytes")
                .description("Memory of what instances have reported, about")
                .register(registry);
        Gauge.builder("octavo.consumers.unrecorded", consumers, ConsumerRegistry::unrecorded)
                .description("Instances that poll this node and are not recorded for want of memory, about")
                .register(registry);
    }

    private static double ageMillis(HeadCache cache) {
        Duration age = cache.age();
        return age == null ? Double.NaN : age.toMillis();
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
