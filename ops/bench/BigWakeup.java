import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.ReadPayloadRequest;
import io.octavo.protocol.ReadPayloadResponse;
import io.octavo.protocol.RunState;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.SubscribeServiceGrpc.SubscribeServiceStub;
import io.octavo.protocol.TopicState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The largest direct payload is published to 10,000 held polls, while another topic with 100 subscribers goes on: how long
 * until every one has the bytes, what the server's memory does, and what the other topic notices. Who is told of the
 * version without its bytes reads them, and one that is told to come again later does.
 */
public final class BigWakeup {
    private static final int BIG_BYTES = (1 << 20) - 1;
    private static final int PER_CHANNEL = 100;
    private static final int SMALL_SUBSCRIBERS = 100;
    private static final int SMALL_PER_SECOND = 5;
    private static final String BIG = "bench.wakeup.big";
    private static final String SMALL = "bench.wakeup.small";
    private static final int PATIENCE_SECONDS = 400;

    private final Stack stack;
    private final int waiters;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final AtomicInteger held = new AtomicInteger();
    private final AtomicInteger told = new AtomicInteger();
    private final AtomicInteger inline = new AtomicInteger();
    private final AtomicInteger complete = new AtomicInteger();
    private final AtomicInteger again = new AtomicInteger();
    private final AtomicLong smallArrivals = new AtomicLong();
    private final List<Double> smallLatencies = new ArrayList<>();

    private BigWakeup(Stack stack, int waiters) {
        this.stack = stack;
        this.waiters = waiters;
    }

    public static void main(String[] args) throws Exception {
        try (Stack stack = new Stack()) {
            new BigWakeup(stack, Bench.option(args, "--waiters", 10_000)).run();
        }
        System.exit(0);
    }

    private void run() throws Exception {
        stack.publish(BIG, random(1)).join();
        stack.publish(SMALL, ByteString.copyFrom(new byte[8])).join();
        TopicState big = now(BIG);
        TopicState small = now(SMALL);
        for (int i = 0; i < SMALL_SUBSCRIBERS; i++) {
            follow(stub(channel()), small);
        }
        SubscribeServiceStub service = null;
        for (int i = 0; i < waiters; i++) {
            service = i % PER_CHANNEL == 0 || service == null ? stub(channel()) : service;
            wait(service, big, "waiter-" + i);
        }
        awaitAtLeast(held, waiters, "polls are held");
        small(20);
        double[] alone = small(50);
        Memory before = Memory.of(stack.server);

        long start = System.nanoTime();
        var published = stack.publish(BIG, random(2));
        MemoryWatch watch = new MemoryWatch(stack.server);
        watch.start();
        List<Double> beside = new ArrayList<>();
        double allTold = 0;
        while (complete.get() < waiters) {
            Bench.require(
                    System.nanoTime() - start < TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS),
                    complete + " of " + waiters + " have the bytes after " + PATIENCE_SECONDS + " s");
            for (double latency : small(SMALL_PER_SECOND)) {
                beside.add(latency);
            }
            if (allTold == 0 && told.get() == waiters) {
                allTold = (System.nanoTime() - start) / 1e9;
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        published.join();
        Memory peak = watch.stopped();
        double[] then = beside.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        System.out.printf("1 MiB to %,d held polls: all have it after %.1f s (told: %.1f s), %.0f MiB/s%n", waiters, seconds, allTold, waiters / seconds);
        System.out.printf("with the answer: %,d; read afterwards: %,d; told to come again: %,d%n", inline.get(), waiters - inline.get(), again.get());
        System.out.printf("server: heap %d MB before, at most %d of %d; resident %d MB, at most %d%n", before.heap, peak.heap, peak.most, before.resident, peak.resident);
        System.out.printf("another topic, publish → subscribers: p50 %.1f ms, p99 %.1f ms; meanwhile p50 %.1f ms, p99 %.1f ms, longest %.1f ms%n",
                Bench.percentile(alone, 50), Bench.percentile(alone, 99), Bench.percentile(then, 50), Bench.percentile(then, 99), then[then.length - 1]);
        channels.forEach(ManagedChannel::shutdownNow);
    }

    private static ByteString random(long seed) {
        byte[] bytes = new byte[BIG_BYTES];
        new Random(seed).nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private TopicState now(String topic) {
        Offer offer = stack.poll(PollRequest.newBuilder()
                        .addTopics(TopicState.newBuilder().setTopic(topic))
                        .build())
                .getOffers(0);
        return state(topic, offer);
    }

    private static TopicState state(String topic, Offer offer) {
        return TopicState.newBuilder()
                .setTopic(topic)
                .setVersion(offer.getVersion())
                .setEpoch(offer.getEpoch())
                .setRevision(offer.getRevision())
                .setState(RunState.APPLIED)
                .build();
    }

    private ManagedChannel channel() {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", stack.grpc)
                .directExecutor()
                .usePlaintext()
                .build();
        channels.add(channel);
        return channel;
    }

    private static SubscribeServiceStub stub(ManagedChannel channel) {
        return SubscribeServiceGrpc.newStub(channel);
    }

    /** Publishes so many small versions, and waits for each until all have it; when that was, in ms, sorted. */
    private double[] small(int count) throws InterruptedException {
        double[] latencies = new double[count * SMALL_SUBSCRIBERS];
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            synchronized (smallLatencies) {
                smallLatencies.clear();
            }
            smallArrivals.set(start);
            stack.publish(SMALL, ByteString.copyFrom(new byte[8])).join();
            int size = 0;
            while (size < SMALL_SUBSCRIBERS) {
                Bench.require(
                        System.nanoTime() - start < TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS),
                        "subscribers of the other topic: " + size);
                Thread.sleep(1);
                synchronized (smallLatencies) {
                    size = smallLatencies.size();
                }
            }
            synchronized (smallLatencies) {
                for (int s = 0; s < SMALL_SUBSCRIBERS; s++) {
                    latencies[i * SMALL_SUBSCRIBERS + s] = smallLatencies.get(s);
                }
            }
            Thread.sleep(1000 / SMALL_PER_SECOND);
        }
        Arrays.sort(latencies);
        return latencies;
    }

    private void follow(SubscribeServiceStub service, TopicState state) {
        PollRequest request = PollRequest.newBuilder().addTopics(state).setHoldMs(30_000).build();
        service.poll(request, new Answer(error -> later(0, () -> follow(service, state)), response -> {
            TopicState next = state;
            for (Offer offer : response.getOffersList()) {
                if (offer.getVersion() > state.getVersion()) {
                    synchronized (smallLatencies) {
                        smallLatencies.add((System.nanoTime() - smallArrivals.get()) / 1e6);
                    }
                }
                next = state(SMALL, offer);
            }
            follow(service, next);
        }));
    }

    private void wait(SubscribeServiceStub service, TopicState state, String instance) {
        PollRequest request = PollRequest.newBuilder()
                .setConsumer(Consumer.newBuilder()
                        .setRegion("local")
                        .setApp("bench")
                        .setCluster("one")
                        .setInstance(instance))
                .addTopics(state)
                .setHoldMs(30_000)
                .build();
        held.incrementAndGet();
        service.poll(request, new Answer(error -> later(0, () -> wait(service, state, instance)), response -> {
            for (Offer offer : response.getOffersList()) {
                if (offer.getVersion() > state.getVersion()) {
                    told.incrementAndGet();
                    if (offer.getHasPayload()) {
                        Bench.require(offer.getPayload().size() == BIG_BYTES, "bytes: " + offer.getPayload().size());
                        inline.incrementAndGet();
                        complete.incrementAndGet();
                    } else {
                        read(service, offer.getVersion(), 0);
                    }
                    return;
                }
            }
            wait(service, state, instance);
        }));
    }

    private void read(SubscribeServiceStub service, long version, int failures) {
        ReadPayloadRequest request =
                ReadPayloadRequest.newBuilder().setTopic(BIG).setVersion(version).build();
        service.readPayload(request, new StreamObserver<>() {
            private long size;

            @Override
            public void onNext(ReadPayloadResponse part) {
                size += part.getChunk().size();
            }

            @Override
            public void onError(Throwable error) {
                failUnlessPassing(error);
                later(failures, () -> read(service, version, failures + 1));
            }

            @Override
            public void onCompleted() {
                Bench.require(size == BIG_BYTES, "bytes: " + size);
                complete.incrementAndGet();
            }
        });
    }

    /** As the Java client does: twice as long after each failure, up to a minute. */
    private void later(int failures, Runnable work) {
        again.incrementAndGet();
        long most = Math.min(60_000, 1000L << Math.min(failures, 6));
        timer.schedule(work, ThreadLocalRandom.current().nextLong(most / 2, most), TimeUnit.MILLISECONDS);
    }

    private static void failUnlessPassing(Throwable error) {
        Status.Code code = Status.fromThrowable(error).getCode();
        if (code != Status.Code.UNAVAILABLE && code != Status.Code.RESOURCE_EXHAUSTED) {
            error.printStackTrace();
            System.exit(1);
        }
    }

    private static void awaitAtLeast(AtomicInteger count, int least, String what) throws InterruptedException {
        for (int tries = 0; tries < 600 && count.get() < least; tries++) {
            Thread.sleep(100);
        }
        Bench.require(count.get() >= least, what + ": " + count);
        Thread.sleep(3000);
    }

    private interface Taker {
        void take(PollResponse response);
    }

    private interface Refused {
        void by(Throwable error);
    }

    /** Of a poll: one message or an error. */
    private final class Answer implements StreamObserver<PollResponse> {
        private final Refused refused;
        private final Taker taker;

        Answer(Refused refused, Taker taker) {
            this.refused = refused;
            this.taker = taker;
        }

        @Override
        public void onNext(PollResponse response) {
            taker.take(response);
        }

        @Override
        public void onError(Throwable error) {
            if (!channels.get(0).isShutdown()) {
                failUnlessPassing(error);
                refused.by(error);
            }
        }

        @Override
        public void onCompleted() {}
    }

    /** In MB. */
    private record Memory(long heap, long most, long resident) {
        static Memory of(long pid) throws IOException, InterruptedException {
            URI metrics = URI.create("http://127.0.0.1:" + Integer.getInteger("bench.http") + "/actuator/prometheus");
            String text = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                    .body();
            return new Memory(sum(text, "jvm_memory_used_bytes"), sum(text, "jvm_memory_max_bytes"), Bench.residentBytes(pid) >> 20);
        }

        private static long sum(String text, String name) {
            return (long) text.lines()
                            .filter(line -> line.startsWith(name + "{area=\"heap\""))
                            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                            .filter(value -> value > 0)
                            .sum()
                    >> 20;
        }
    }

    /** The most of what is seen four times a second. */
    private static final class MemoryWatch extends Thread {
        private final long pid;
        private volatile Memory most = new Memory(0, 0, 0);
        private volatile boolean stopped;

        MemoryWatch(long pid) {
            super("memory");
            this.pid = pid;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                while (!stopped) {
                    Memory now = Memory.of(pid);
                    most = new Memory(
                            Math.max(most.heap, now.heap), Math.max(most.most, now.most), Math.max(most.resident, now.resident));
                    Thread.sleep(250);
                }
            } catch (IOException | InterruptedException e) {
                // what was seen stands
            }
        }

        Memory stopped() throws InterruptedException {
            stopped = true;
            join();
            return most;
        }
    }
}
