package io.octavo.cli;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.octavo.protocol.Offer;
import io.octavo.protocol.Part;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A subscribe node with one topic, and the HTTP server that names it. Publishing takes effect at the next poll. */
final class TestNode extends SubscribeServiceGrpc.SubscribeServiceImplBase implements AutoCloseable {
    final TestServer http = new TestServer();
    final BlockingQueue<PollRequest> polls = new LinkedBlockingQueue<>();
    private Server grpc;
    private @Nullable Offer offer;

    TestNode() throws IOException {
        grpc = serve(0);
        http.on("GET /api/v1/status", TestServer.json(200, """
                        {"environment":"test","ready":true,"nodes":[{"node":"n","roles":["subscribe"],"region":"r",
                          "http":"%s","grpc":"127.0.0.1:%d"}]}""".formatted(http.address(), grpc.getPort())));
    }

    private Server serve(int port) throws IOException {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .addService(this)
                .build()
                .start();
    }

    synchronized void publish(long version, String text) {
        ByteString payload = ByteString.copyFrom(text, StandardCharsets.UTF_8);
        VersionRecord record = VersionRecord.newBuilder()
                .setVersion(version)
                .setRevision(version)
                .setAtMs(Run.NOW.toEpochMilli())
                .putMetadata("said", "so")
                .addParts(Part.newBuilder()
                        .setSize(payload.size())
                        .setSha256(ByteString.copyFrom(Digests.sha256(payload.toByteArray()))))
                .build();
        TopicHead head = TopicHead.newBuilder()
                .setTopic("prices")
                .setEpoch(1)
                .setRevision(version)
                .setNewestVersion(version)
                .addPublications(Publication.newBuilder().setVersion(version).setScope(Scope.getDefaultInstance()))
                .addVersions(record)
                .build();
        offer = Offer.newBuilder()
                .setTopic("prices")
                .setEpoch(1)
                .setRevision(version)
                .setVersion(version)
                .setHead(head)
                .setHasPayload(true)
                .setPayload(payload)
                .build();
    }

    /** Stops the node and starts it again at the same address. */
    void restart() throws IOException, InterruptedException {
        int port = grpc.getPort();
        grpc.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        grpc = serve(port);
    }

    @Override
    public synchronized void poll(PollRequest request, StreamObserver<PollResponse> answer) {
        polls.add(request);
        PollResponse.Builder response = PollResponse.newBuilder().setNextPollMs(50);
        TopicState state = request.getTopics(0);
        Offer now = offer;
        if (now != null && (state.getVersion() != now.getVersion() || state.getRevision() != now.getRevision())) {
            response.addOffers(now);
        }
        answer.onNext(response.build());
        answer.onCompleted();
    }

    @Override
    public void close() {
        grpc.shutdownNow();
        http.close();
    }
}
