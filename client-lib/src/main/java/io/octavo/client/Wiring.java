package io.octavo.client;

import io.grpc.ManagedChannel;
import io.octavo.rules.InvalidField;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/** Puts a client together, and takes it apart. */
final class Wiring implements AutoCloseable {
    /** For lanes. */
    private static final int WORKERS = 4;

    /** For listeners that bring no executor of their own, and for closing values: so many may block at once. */
    private static final int CALLBACKS = 16;

    /** Many topics are looked up at once when a process starts without the service. */
    private static final int LOOKUPS = 8;

    /** A connection that is silent for so long during a call is tried. Nodes allow this every 5 s. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

    /** For loads that are under way when the client is closed. */
    private static final Duration GOODBYE = Duration.ofSeconds(5);

    private final ClientConfig config;
    private final World world;
    private final WorkDirectory files;
    private final Http http;
    private final ExecutorService loads;
    private final ExecutorService workers;
    private final ExecutorService callbacks;
    private final ExecutorService lookups;
    private final ExecutorService io;
    private final FallbackCache fallback;
    private final ExecutorService parts;
    private final Endpoints subscribeNodes;
    private final Endpoints publishNodes;
    private final SubscriptionMachinery machinery;
    private final Publisher publisher;
    private final FleetWatch fleet;
    private final Reads reads;

    Wiring(ClientConfig config, World world, Means means) {
        this.config = config;
        this.world = world;
        Limits limits = config.limits();
        http = new Http(limits.request(), config.trusted());
        Credentials credentials = new Credentials(config.token());
        Identity identity = new Identity(config, () -> HostName.find(System.getenv()));
        StartConfig start = config.start();
        files = new WorkDirectory(start.cacheDirectory());
        loads = means.threads(pool(config.concurrentLoads(), "octavo-load"));
        workers = means.threads(unrefusing(WORKERS, "octavo-worker"));
        callbacks = means.threads(unrefusing(CALLBACKS, "octavo-listener"));
        lookups = means.threads(pool(LOOKUPS, "octavo-fallback"));
        io = means.threads(pool(1, "octavo-cache"));
        parts = means.threads(pool(config.transfers().concurrent(), "octavo-part"));
        Channels channels = new Channels(identity::who, credentials, KEEP_ALIVE, config.trusted());
        Function<String, ManagedChannel> connect = address -> means.open(address, channels);
        subscribeNodes = new Endpoints(lookup("subscribe", config.subscribeEndpoints(), credentials), connect);
        publishNodes = new Endpoints(lookup("publish", config.publishEndpoints(), credentials), connect);
        ClientMetrics metrics = new GuardedMetrics(config.metrics());
        SubscribeCalls calls = new SubscribeCalls(subscribeNodes, limits);
        fallback = fallback(start);
        DiskCache disk = new DiskCache(start.cacheDirectory(), start.cacheLimit(), files, world, metrics);
        RangeReader ranges = new RangeReader(http, limits, world);
        machinery = new SubscriptionMachinery(
                new PollLoop(calls::poll, identity::consumer, limits, world, metrics),
                new Downloads(calls, ranges, fallback, disk, files, limits, world),
                new Starts(calls, fallback, world),
                disk,
                start,
                new SubscriptionMachinery.Threads(loads, workers, callbacks, lookups, io),
                limits,
                world,
                metrics);
        PartTasks partTasks = new PartTasks(parts);
        ReadCalls readCalls = new ReadCalls(
                subscribeNodes, new Hedge(subscribeNodes, limits, world.timers(), System::nanoTime), limits, world);
        reads = new Reads(readCalls, new Downloader(readCalls, ranges, partTasks, limits, world), identity::consumer);
        PublishCalls publishCalls = new PublishCalls(publishNodes, limits);
        publisher = new Publisher(
                publishNodes,
                publishCalls,
                new PartUploads(http, partTasks, limits, world),
                config.transfers(),
                () -> files.newFile("publish", 0),
                limits,
                world);
        fleet = new FleetWatch(publishCalls, world);
    }

    SubscriptionMachinery machinery() {
        return machinery;
    }

    Publisher publisher() {
        return publisher;
    }

    Reads reads() {
        return reads;
    }

    FleetWatch fleet() {
        return fleet;
    }

    void requireSubscribeNodes() {
        require("subscribeEndpoints", config.subscribeEndpoints());
    }

    void requirePublishNodes() {
        require("publishEndpoints", config.publishEndpoints());
    }

    @Override
    public void close() {
        machinery.polls().close();
        world.timers().close();
        loads.shutdownNow();
        lookups.shutdownNow();
        parts.shutdownNow();
        workers.shutdown();
        callbacks.shutdown();
        io.shutdown();
        subscribeNodes.close();
        publishNodes.close();
        awaitEnd(loads);
        awaitEnd(io);
        fallback.close();
        http.close();
        files.close();
    }

    private FallbackCache fallback(StartConfig start) {
        List<FallbackBucket> regions = start.fallback().stream()
                .map(place -> new FallbackBucket(
                        place,
                        config.limits(),
                        config.trusted(),
                        Breakers.of("octavo-fallback-" + place.region(), world.steady())))
                .toList();
        return new FallbackCache(regions, config.limits(), world);
    }

    private static void awaitEnd(ExecutorService threads) {
        try {
            if (!threads.awaitTermination(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)) {
                System.getLogger("io.octavo.client")
                        .log(System.Logger.Level.WARNING, "a load, or a write to disk, doesn't end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void require(String name, List<String> endpoints) {
        if (config.server() == null && endpoints.isEmpty()) {
            throw new InvalidField(name, "none", name + "(…) or server(…) when the client is built");
        }
    }

    private Supplier<CompletableFuture<List<String>>> lookup(
            String role, List<String> endpoints, Credentials credentials) {
        if (config.server() == null || !endpoints.isEmpty()) {
            return () -> CompletableFuture.completedFuture(shuffled(endpoints));
        }
        StatusLookup status = new StatusLookup(
                config.server(),
                config.region(),
                credentials,
                // No redirects: a token is shown to the server that was named, and to no other.
                () -> new Http(config.limits().request(), HttpClient.Redirect.NEVER, config.trusted()),
                config.limits().request(),
                world.random());
        return () -> status.nodes(role);
    }

    /** So that not all processes use the same node. */
    private List<String> shuffled(List<String> endpoints) {
        List<String> shuffled = new ArrayList<>(endpoints);
        Collections.shuffle(shuffled, new Random(world.random().nextLong()));
        return shuffled;
    }

    /**
     * What comes once they are closed, the rest of a step that waited for a listener, is done by the thread that brings
     * it: values are closed and files let go all the same.
     */
    static ExecutorService unrefusing(int threads, String name) {
        ThreadPoolExecutor pool = pool(threads, name);
        pool.setRejectedExecutionHandler((rest, closed) -> rest.run());
        return pool;
    }

    /** Each subscription has at most one load and one step of its lane in a queue. */
    private static ThreadPoolExecutor pool(int threads, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new DaemonThreads(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
