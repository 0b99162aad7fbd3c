package io.octavo.client;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Subscriptions without network or threads: everything happens on the test's thread, at the time it says. */
final class Harness {
    static final String TOPIC = "greeting";
    static final Duration PERIOD = Duration.ofSeconds(30);

    final Topics topics = new Topics();
    final FakeTimers timers = new FakeTimers();
    final Counts counts = new Counts();
    final List<PollRequest> polls = new ArrayList<>();
    final SubscriptionMachinery machinery;
    final FallbackCache fallback;
    private @Nullable RuntimeException down;

    Harness() {
        this(Runnable::run, Runnable::run);
    }

    Harness(Executor loads, Executor workers) {
        this(loads, workers, Duration.ZERO, null);
    }

    /** @param service answers polls; null = this does, at once */
    Harness(
            Executor loads,
            Executor workers,
            Duration hold,
            @Nullable Function<PollRequest, CompletableFuture<PollResponse>> service) {
        this(loads, workers, hold, service, StartConfig.DEFAULT, List.of());
    }

    /** One that keeps things on disk, with such threads for its lanes. */
    Harness(Executor workers, StartConfig start) {
        this(Runnable::run, workers, Duration.ZERO, null, start, List.of());
    }

    /** One that keeps things on disk. */
    Harness(StartConfig start) {
        this(Runnable::run, Runnable::run, Duration.ZERO, null, start, List.of());
    }

    /** One that keeps things on disk, with such regions of a fallback cache. */
    Harness(StartConfig start, List<? extends FallbackRegion> regions) {
        this(Runnable::run, Runnable::run, Duration.ZERO, null, start, regions);
    }

    /** One that keeps things on disk, with such a service and such regions of a fallback cache. */
    Harness(
            StartConfig start,
            List<? extends FallbackRegion> regions,
            Function<PollRequest, CompletableFuture<PollResponse>> service) {
        this(Runnable::run, Runnable::run, Duration.ZERO, service, start, regions);
    }

    /** One that keeps things on disk, with such a service. */
    Harness(StartConfig start, Function<PollRequest, CompletableFuture<PollResponse>> service) {
        this(start, List.of(), service);
    }

    private Harness(
            Executor loads,
            Executor workers,
            Duration hold,
            @Nullable Function<PollRequest, CompletableFuture<PollResponse>> service,
            StartConfig start,
            List<? extends FallbackRegion> others) {
        Limits limits = limits(hold);
        World world = new World(timers, timers, new Random(1), timers);
        Consumer consumer =
                Consumer.newBuilder().setRegion("eu").setInstance("one").build();
        Endpoints nowhere = new Endpoints(
                () -> CompletableFuture.failedFuture(
                        OctavoException.lasting(io.octavo.rules.ErrorCode.NOT_FOUND, "there is no network here", null)),
                address -> {
                    throw new AssertionError("there is no network here");
                });
        SubscribeCalls calls = new SubscribeCalls(nowhere, limits);
        WorkDirectory files = new WorkDirectory(start.cacheDirectory());
        DiskCache disk = new DiskCache(start.cacheDirectory(), start.cacheLimit(), files, world, counts);
        List<FallbackRegion> regions = new ArrayList<>(others);
        start.fallback().forEach(place -> {
            CircuitBreaker breaker = Breakers.of(place.region(), world.clock());
            regions.add(new FallbackBucket(place, limits, null, breaker));
        });
        fallback = new FallbackCache(regions, limits, world);
        machinery = new SubscriptionMachinery(
                new PollLoop(service == null ? this::answer : service, () -> consumer, limits, world, counts),
                new Downloads(
                        calls,
                        new RangeReader(new Http(limits.request(), null), limits, world),
                        fallback,
                        disk,
                        files,
                        limits,
                        world),
                new Starts(calls, fallback, world),
                disk,
                start,
                new SubscriptionMachinery.Threads(loads, workers, workers, Runnable::run, Runnable::run),
                limits,
                world,
                counts);
    }

    /** The usual ones, but for the waits between attempts of a transfer, which are real ones here too. */
    private static Limits limits(Duration hold) {
        Limits usual = Limits.of(Duration.ofSeconds(10), Duration.ofMinutes(1), PERIOD, hold);
        return new Limits(
                usual.request(),
                usual.stall(),
                usual.transfer(),
                usual.downloads(),
                usual.uploads(),
                new Backoff(Duration.ofMillis(1), Duration.ofMillis(5)),
                usual.reload(),
                usual.pollRetry(),
                usual.pollPeriod(),
                usual.hold());
    }

    SubscriptionBuilder<String> subscription() {
        return subscription(TOPIC, Deserializers.utf8());
    }

    <T> SubscriptionBuilder<T> subscription(String topic, Deserializer<T> deserializer) {
        return new SubscriptionBuilder<>(topic, deserializer, machinery);
    }

    /** The service answers polls with this; null = it is well. */
    void down(@Nullable RuntimeException error) {
        down = error;
    }

    /** Lets the time of one poll pass, the jitter's allowance included. */
    void nextPoll() {
        timers.advance(PERIOD.plus(PERIOD.dividedBy(10)));
    }

    PollRequest lastPoll() {
        return polls.get(polls.size() - 1);
    }

    private CompletableFuture<PollResponse> answer(PollRequest request) {
        polls.add(request);
        return down == null
                ? CompletableFuture.completedFuture(topics.answer(request))
                : CompletableFuture.failedFuture(down);
    }

    /** Counts what metrics are told, as words. */
    static final class Counts implements ClientMetrics {
        final List<String> told = new ArrayList<>();

        @Nullable
        Source source;

        Duration age = Duration.ZERO;

        /** Thrown when a poll is counted. */
        @Nullable
        Error broken;

        @Override
        public synchronized void observed(String topic, @Nullable Source from, Duration old) {
            source = from;
            age = old;
        }

        @Override
        public synchronized void polled(boolean answered) {
            told.add(answered ? "poll" : "no poll");
            if (broken != null) {
                throw broken;
            }
        }

        @Override
        public synchronized void downloaded(String topic, long bytes) {
            told.add("downloaded " + bytes);
        }

        @Override
        public synchronized void reused(String topic, long bytes) {
            told.add("reused " + bytes);
        }

        @Override
        public synchronized void applied(String topic, Duration propagation) {
            told.add("applied");
        }

        @Override
        public synchronized void failed(String topic, Failure kind) {
            told.add(kind.name());
        }

        synchronized int of(String word) {
            return (int) told.stream().filter(word::equals).count();
        }
    }
}
