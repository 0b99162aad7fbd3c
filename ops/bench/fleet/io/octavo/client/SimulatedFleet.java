package io.octavo.client;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * Polls of very many processes in virtual time: each is a real {@link PollLoop} with one subscription. The service is a
 * model of the real one: it answers at once or holds for four fifths to all of the time asked for, as its
 * {@code Waiters} do; while it is away, connections break and are refused after 5 ms. Prints the highest number of polls
 * in any second against the mean of the steady state.
 */
public final class SimulatedFleet {
    private static final Duration PERIOD = Duration.ofSeconds(30);
    private static final Duration ROUND_TRIP = Duration.ofMillis(5);
    private static final double SHORTEST_HOLD = 0.8;
    private static final long SEED = 20_261_122;

    private final int count;
    private final Duration hold;
    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Time time = new Time();
    private final Set<Held> held = new HashSet<>();
    private final List<PollLoop> processes = new ArrayList<>();
    private boolean away;
    private int[] arrivals = {};
    private long countedFrom;

    private SimulatedFleet(int count, Duration hold) {
        this.count = count;
        this.hold = hold;
    }

    public static void main(String[] args) {
        java.util.logging.LogManager.getLogManager().reset();
        int count = args.length == 2 && args[0].equals("--subscribers") ? Integer.parseInt(args[1]) : 1_000_000;
        System.out.printf("%,d subscribers; polls in a second%n", count);
        System.out.printf("%-58s %9s %9s %6s%n", "", "peak", "mean", "ratio");
        for (Duration hold : List.of(PERIOD, Duration.ZERO)) {
            SimulatedFleet fleet = new SimulatedFleet(count, hold);
            fleet.run(hold.isZero() ? "plain polls, " : "held polls, ");
        }
    }

    private void run(String name) {
        start(Duration.ofMinutes(2));
        advance(Duration.ofMinutes(2));
        int[] steady = count(Duration.ofMinutes(3));
        double mean = mean(steady);
        row(name + "steady state after a start within 2 minutes", steady, mean, 1.2);
        for (int seconds : new int[] {3, 20, 300}) {
            outage(Duration.ofSeconds(seconds));
            row(name + "in 3 minutes after an outage of " + seconds + " s", count(Duration.ofMinutes(3)), mean, 2);
        }
        processes.forEach(PollLoop::close);
        SimulatedFleet together = new SimulatedFleet(count, hold);
        together.start(Duration.ofSeconds(2));
        together.advance(Duration.ofSeconds(2));
        row(name + "in 3 minutes after a start within 2 s", together.count(Duration.ofMinutes(3)), mean, 2);
    }

    private static void row(String name, int[] polls, double mean, double goal) {
        int peak = 0;
        for (int second : polls) {
            peak = Math.max(peak, second);
        }
        double ratio = peak / mean;
        System.out.printf(
                "%-58s %9d %9.0f %6.2f  %s %.1f%n", name, peak, mean, ratio, ratio <= goal ? "met   " : "missed", goal);
    }

    private static double mean(int[] polls) {
        long sum = 0;
        for (int second : polls) {
            sum += second;
        }
        return (double) sum / polls.length;
    }

    /** Starts all processes within a time. */
    private void start(Duration within) {
        Limits limits = Limits.of(Duration.ofSeconds(10), Duration.ofMinutes(1), PERIOD, hold);
        World world = new World(time, new java.util.Random(SEED), time);
        Consumer consumer = Consumer.newBuilder().setInstance("one").build();
        Endpoints nowhere = new Endpoints(
                () -> CompletableFuture.failedFuture(new IllegalStateException("there is no network here")),
                address -> {
                    throw new IllegalStateException("there is no network here");
                });
        ClientMetrics none = ClientMetrics.NONE;
        SubscribeCalls calls = new SubscribeCalls(nowhere, limits);
        WorkDirectory files = new WorkDirectory(null);
        DiskCache disk = new DiskCache(null, 0, files, world, none);
        FallbackCache fallback = new FallbackCache(List.of(), limits, world);
        RangeReader ranges = new RangeReader(new Http(limits.request(), null), limits, world);
        Downloads downloads = new Downloads(calls, ranges, fallback, disk, files, limits, world);
        Starts starts = new Starts(calls, fallback, world);
        SubscriptionMachinery.Threads threads =
                new SubscriptionMachinery.Threads(Runnable::run, Runnable::run, Runnable::run, Runnable::run);
        for (int i = 0; i < count; i++) {
            PollLoop polls = new PollLoop(this::asked, () -> consumer, limits, world, none);
            processes.add(polls);
            SubscriptionMachinery machinery = new SubscriptionMachinery(
                    polls, downloads, starts, disk, StartConfig.DEFAULT, threads, limits, world, none);
            time.after(Duration.ofNanos((long) (random.nextDouble() * within.toNanos())), () -> {
                Subscription<byte[]> unused = new SubscriptionBuilder<>("topic", Deserializers.bytes(), machinery).start();
            });
        }
    }

    private CompletableFuture<PollResponse> asked(PollRequest request) {
        Held poll = new Held();
        if (away) {
            time.after(ROUND_TRIP, poll::broken);
            return poll;
        }
        int second = (int) ((time.now - countedFrom) / 1_000_000_000L);
        if (second < arrivals.length) {
            arrivals[second]++;
        }
        held.add(poll);
        double part = SHORTEST_HOLD + (1 - SHORTEST_HOLD) * random.nextDouble();
        Duration answered = ROUND_TRIP.plusMillis((long) (request.getHoldMs() * part));
        PollResponse answer =
                PollResponse.newBuilder().setHolds(!hold.isZero()).build();
        time.after(answered, () -> {
            if (held.remove(poll)) {
                poll.complete(answer);
            }
        });
        return poll;
    }

    /** The answer to a poll. */
    private static final class Held extends CompletableFuture<PollResponse> {
        void broken() {
            completeExceptionally(OctavoException.passing("the service is away", null));
        }
    }

    private void outage(Duration length) {
        away = true;
        List<Held> cut = new ArrayList<>(held);
        held.clear();
        cut.forEach(Held::broken);
        advance(length);
        away = false;
    }

    private int[] count(Duration length) {
        arrivals = new int[(int) length.toSeconds()];
        countedFrom = time.now;
        advance(length);
        return arrivals;
    }

    private void advance(Duration length) {
        time.advance(length.toNanos());
    }

    /** Time that passes only when told to. */
    private static final class Time implements Timers, InstantSource {
        private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

        private final PriorityQueue<Task> tasks = new PriorityQueue<>();
        private long now;
        private long number;

        @Override
        public Instant instant() {
            return START.plusNanos(now);
        }

        @Override
        public Future<?> after(Duration delay, Runnable work) {
            Task task = new Task(now + delay.toNanos(), number++, work);
            tasks.add(task);
            return task;
        }

        void advance(long nanos) {
            long end = now + nanos;
            while (!tasks.isEmpty() && tasks.peek().at <= end) {
                Task next = tasks.remove();
                now = next.at;
                next.run();
            }
            now = end;
        }

        @Override
        public void close() {
            tasks.clear();
        }
    }

    /** Runs at an instant, first come first served. */
    private static final class Task extends java.util.concurrent.FutureTask<Void> implements Comparable<Task> {
        private final long at;
        private final long number;

        Task(long at, long number, Runnable work) {
            super(work, null);
            this.at = at;
            this.number = number;
        }

        @Override
        public int compareTo(Task other) {
            return at == other.at ? Long.compare(number, other.number) : Long.compare(at, other.at);
        }
    }
}
