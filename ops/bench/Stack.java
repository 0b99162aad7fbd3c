import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishRequest;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.RunState;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.TopicState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** The server under test, as {@code stack.sh} has started it. */
final class Stack implements AutoCloseable {
    static final String POLL = "octavo.v1.SubscribeService/Poll";
    private static final int PAYLOAD_BYTES = 100;

    final int grpc = Integer.getInteger("bench.grpc");
    final Path work = Path.of(System.getProperty("bench.work"));
    final long server = Long.getLong("bench.server");
    /** Where payloads and the fallback caches are, in environment variables: as the server knows it, if nobody changes it. */
    final Map<String, String> regions = new HashMap<>();

    private final ManagedChannel channel =
            NettyChannelBuilder.forAddress("127.0.0.1", grpc).usePlaintext().build();

    Stack() throws IOException {
        for (String variable : Files.readString(Path.of("/proc/" + server + "/environ")).split("\0")) {
            if (variable.startsWith("OCTAVO_REGIONS_")) {
                int equals = variable.indexOf('=');
                regions.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
        }
    }

    /** Topics of one version each, with payloads of 100 bytes. */
    List<String> topics(String prefix, int count) {
        List<String> names = IntStream.range(0, count)
                .mapToObj(i -> "bench." + prefix + "." + i)
                .toList();
        for (int from = 0; from < count; from += 16) {
            List<CompletableFuture<PublishResponse>> some = names.subList(from, Math.min(count, from + 16)).stream()
                    .map(topic -> publish(topic, ByteString.copyFrom(new byte[PAYLOAD_BYTES])))
                    .toList();
            some.forEach(CompletableFuture::join);
        }
        return names;
    }

    CompletableFuture<PublishResponse> publish(String topic, ByteString payload) {
        return publish(PublishHeader.newBuilder().setTopic(topic).build(), payload);
    }

    CompletableFuture<PublishResponse> publish(PublishHeader header, ByteString payload) {
        CompletableFuture<PublishResponse> done = new CompletableFuture<>();
        StreamObserver<PublishRequest> out = PublishServiceGrpc.newStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .publish(new StreamObserver<>() {
                    @Override
                    public void onNext(PublishResponse answer) {
                        done.complete(answer);
                    }

                    @Override
                    public void onError(Throwable error) {
                        done.completeExceptionally(error);
                    }

                    @Override
                    public void onCompleted() {}
                });
        out.onNext(PublishRequest.newBuilder()
                .setHeader(header.toBuilder().setSize(payload.size()))
                .build());
        out.onNext(PublishRequest.newBuilder().setChunk(payload).build());
        out.onCompleted();
        return done;
    }

    /** The poll of a process that runs what there is of all these topics. */
    PollRequest unchanged(List<String> topics) {
        PollRequest.Builder first = PollRequest.newBuilder()
                .setConsumer(Consumer.newBuilder()
                        .setRegion("local")
                        .setApp("bench")
                        .setCluster("one")
                        .setInstance("bench-instance-1"));
        topics.forEach(topic -> first.addTopics(TopicState.newBuilder().setTopic(topic)));
        PollResponse answer = poll(first.build());
        Bench.require(answer.getOffersCount() == topics.size(), "offers: " + answer.getOffersCount());
        PollRequest.Builder now = PollRequest.newBuilder().setConsumer(first.getConsumer());
        answer.getOffersList()
                .forEach(offer -> now.addTopics(TopicState.newBuilder()
                        .setTopic(offer.getTopic())
                        .setVersion(offer.getVersion())
                        .setEpoch(offer.getEpoch())
                        .setRevision(offer.getRevision())
                        .setState(RunState.APPLIED)));
        PollResponse nothing = poll(now.build());
        Bench.require(nothing.getOffersCount() == 0, "offers of an unchanged poll: " + nothing.getOffersCount());
        return now.build();
    }

    PollResponse poll(PollRequest request) {
        return SubscribeServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .poll(request);
    }

    /** The port of Cassandra. */
    int cassandra() throws IOException {
        return Integer.parseInt(ports().getProperty("cassandra.cql", ports().getProperty("cassandra")));
    }

    private Properties ports() throws IOException {
        Properties ports = new Properties();
        try (var in = Files.newInputStream(Path.of(System.getProperty("bench.data"), "ports"))) {
            ports.load(in);
        }
        return ports;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
