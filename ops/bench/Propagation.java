import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.RunState;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.TopicState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * From the call that publishes 100 bytes to their arrival at each of 100 subscribers, every one with a connection of its
 * own: held polls of Octavo, watches of etcd. A version that a subscriber skipped counts until a later one came.
 */
public final class Propagation {
    private static final int SUBSCRIBERS = 100;
    private static final int PER_SECOND = 20;
    /** 40,000 answers, as fast as the server can: a cold JVM takes several times as long for each. */
    private static final int WARM_UP = 400;
    private static final int PAYLOAD_BYTES = 100;
    private static final String TOPIC = "bench.propagation.0";
    private static final byte[] KEY = TOPIC.getBytes(StandardCharsets.UTF_8);

    private final Stack stack;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private volatile Arrivals arrivals = new Arrivals(0);

    /** When what was published when; the number of a publish is the first thing in its bytes. */
    private static final class Arrivals {
        private final long[] published;
        private final double[] answers;
        private final AtomicReferenceArray<long[]> seen = new AtomicReferenceArray<>(SUBSCRIBERS);

        Arrivals(int count) {
            published = new long[count];
            answers = new double[count];
            for (int i = 0; i < SUBSCRIBERS; i++) {
                seen.set(i, new long[count]);
            }
        }

        /** A subscriber's answers come one after the other. */
        void arrived(int subscriber, ByteString bytes) {
            long now = System.nanoTime();
            ByteBuffer content = bytes.asReadOnlyByteBuffer();
            if (content.getLong() != System.identityHashCode(this)) {
                return;
            }
            long[] times = seen.get(subscriber);
            for (int i = content.getInt(); i >= 0 && times[i] == 0; i--) {
                times[i] = now;
            }
            seen.set(subscriber, times);
        }

        byte[] content(int number) {
            published[number] = System.nanoTime();
            return ByteBuffer.allocate(PAYLOAD_BYTES)
                    .putLong(System.identityHashCode(this))
                    .putInt(number)
                    .array();
        }

        void answered(int number) {
            answers[number] = (System.nanoTime() - published[number]) / 1e6;
        }

        /** When the publisher had its answer, in ms, median. */
        double answered() {
            return Bench.median(answers);
        }

        boolean complete() {
            return IntStream.range(0, SUBSCRIBERS).allMatch(s -> seen.get(s)[published.length - 1] != 0);
        }

        /** In ms, sorted; all there must be. */
        double[] latencies() {
            double[] all = new double[published.length * SUBSCRIBERS];
            for (int s = 0; s < SUBSCRIBERS; s++) {
                long[] times = seen.get(s);
                for (int i = 0; i < published.length; i++) {
                    Bench.require(times[i] != 0, "subscriber " + s + " has not heard of publish " + i);
                    all[s * published.length + i] = (times[i] - published[i]) / 1e6;
                }
            }
            Arrays.sort(all);
            return all;
        }
    }

    private Propagation(Stack stack) {
        this.stack = stack;
    }

    public static void main(String[] args) throws Exception {
        try (Stack stack = new Stack();
                Peers etcd = Peers.etcd(stack.work)) {
            new Propagation(stack)
                    .run(etcd, Bench.option(args, "--pairs", 7), Bench.option(args, "--seconds", 5) * PER_SECOND);
        }
        System.exit(0);
    }

    private void run(Peers etcd, int pairs, int publishes) throws Exception {
        stack.publish(TOPIC, ByteString.copyFrom(new byte[PAYLOAD_BYTES])).join();
        for (int i = 0; i < SUBSCRIBERS; i++) {
            poll(i, SubscribeServiceGrpc.newStub(channel(stack.grpc)), none());
            watch(i, channel(etcd.port()));
        }
        ManagedChannel puts = channel(etcd.port());
        Thread.sleep(2000);
        double[][] ours = new double[3][pairs];
        double[][] theirs = new double[3][pairs];
        for (int i = 0; i < WARM_UP; i++) {
            stack.publish(TOPIC, ByteString.copyFrom(new byte[PAYLOAD_BYTES])).join();
        }
        phase(publishes, PER_SECOND, this::publish);
        phase(publishes, PER_SECOND, number -> put(puts, number));
        StoreTimes store = new StoreTimes(Map.of());
        for (int i = 0; i < pairs; i++) {
            StoreTimes before = StoreTimes.now();
            take(ours, i, phase(publishes, PER_SECOND, this::publish));
            store = store.plus(StoreTimes.now().plus(before, -1), 1);
            take(theirs, i, phase(publishes, PER_SECOND, number -> put(puts, number)));
        }
        System.out.println(SUBSCRIBERS + " subscribers, " + PER_SECOND + " publishes/s, " + publishes + " a run");
        Bench.head("held poll", "etcd");
        Bench.row("publish → subscribers, p50", ours[0], theirs[0], "ms", 1.5);
        Bench.row("publish → subscribers, p99", ours[1], theirs[1], "ms", 1.5);
        System.out.printf(
                "the publisher had its answer after %.1f ms (etcd: %.1f ms), p50%n",
                Bench.median(ours[2]), Bench.median(theirs[2]));
        System.out.println("a publish's calls of Cassandra, one after the other: " + store.means(pairs * (double) publishes));
        channels.forEach(ManagedChannel::shutdownNow);
    }

    private void take(double[][] into, int run, double[] latencies) {
        into[0][run] = Bench.percentile(latencies, 50);
        into[1][run] = Bench.percentile(latencies, 99);
        into[2][run] = arrivals.answered();
    }

    private double[] phase(int publishes, int perSecond, IntConsumer publish) throws InterruptedException {
        Arrivals now = new Arrivals(publishes);
        arrivals = now;
        long start = System.nanoTime();
        for (int i = 0; i < publishes; i++) {
            long due = start + TimeUnit.SECONDS.toNanos(i) / perSecond;
            TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
            publish.accept(i);
        }
        for (int waits = 0; waits < 100 && !now.complete(); waits++) {
            Thread.sleep(100);
        }
        return now.latencies();
    }

    private void publish(int number) {
        Arrivals now = arrivals;
        CompletableFuture<?> unused = stack.publish(TOPIC, ByteString.copyFrom(now.content(number)))
                .whenComplete((answer, error) -> {
                    failIf(error);
                    now.answered(number);
                });
    }

    private static void failIf(Throwable error) {
        if (error != null) {
            error.printStackTrace();
            System.exit(1);
        }
    }

    private ManagedChannel channel(int port) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .directExecutor()
                .usePlaintext()
                .build();
        channels.add(channel);
        return channel;
    }

    private static TopicState none() {
        return TopicState.newBuilder().setTopic(TOPIC).build();
    }

    private void poll(int subscriber, SubscribeServiceGrpc.SubscribeServiceStub service, TopicState state) {
        PollRequest request = PollRequest.newBuilder()
                .addTopics(state)
                .setHoldMs(state.getVersion() == 0 ? 0 : 30_000)
                .build();
        service.poll(request, new StreamObserver<>() {
            private TopicState next = state;

            @Override
            public void onNext(PollResponse answer) {
                for (Offer offer : answer.getOffersList()) {
                    if (offer.getHasPayload()) {
                        arrivals.arrived(subscriber, offer.getPayload());
                    }
                    next = state.toBuilder()
                            .setVersion(offer.getHasPayload() ? offer.getVersion() : state.getVersion())
                            .setEpoch(offer.getEpoch())
                            .setRevision(offer.getRevision())
                            .setState(RunState.APPLIED)
                            .build();
                }
            }

            @Override
            public void onError(Throwable error) {
                if (!channels.get(0).isShutdown()) {
                    failIf(error);
                }
            }

            @Override
            public void onCompleted() {
                poll(subscriber, service, next);
            }
        });
    }

    private void put(ManagedChannel channel, int number) {
        try {
            Arrivals now = arrivals;
            byte[] request = PollCost.fields(KEY, now.content(number));
            ClientCalls.asyncUnaryCall(
                    channel.newCall(Echo.bytes("etcdserverpb.KV/Put", MethodType.UNARY), CallOptions.DEFAULT),
                    request,
                    observer(bytes -> now.answered(number)));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void watch(int subscriber, ManagedChannel channel) throws Exception {
        ClientCall<byte[], byte[]> call =
                channel.newCall(Echo.bytes("etcdserverpb.Watch/Watch", MethodType.BIDI_STREAMING), CallOptions.DEFAULT);
        ClientCalls.asyncBidiStreamingCall(call, observer(bytes -> events(subscriber, bytes)))
                .onNext(PollCost.fields(PollCost.fields(KEY)));
    }

    /** WatchResponse: events = 11; Event: kv = 2; KeyValue: value = 5. */
    private void events(int subscriber, byte[] response) throws Exception {
        for (ByteString event :
                UnknownFieldSet.parseFrom(response).getField(11).getLengthDelimitedList()) {
            ByteString pair = UnknownFieldSet.parseFrom(event).getField(2).getLengthDelimitedList().get(0);
            arrivals.arrived(
                    subscriber,
                    UnknownFieldSet.parseFrom(pair).getField(5).getLengthDelimitedList().get(0));
        }
    }

    private interface Taker {
        void take(byte[] message) throws Exception;
    }

    private StreamObserver<byte[]> observer(Taker taker) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] message) {
                try {
                    taker.take(message);
                } catch (Exception e) {
                    failIf(e);
                }
            }

            @Override
            public void onError(Throwable error) {
                if (!channels.get(0).isShutdown()) {
                    failIf(error);
                }
            }

            @Override
            public void onCompleted() {}
        };
    }
}
