package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.octavo.local.LocalCassandra;
import io.octavo.local.LocalS3;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.ReadPayloadRequest;
import io.octavo.protocol.ReadPayloadResponse;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.SubscribeServiceGrpc.SubscribeServiceBlockingStub;
import io.octavo.protocol.TopicState;
import io.octavo.server.cassandra.TestCassandra;
import io.octavo.server.subscribe.HeadCache;
import io.octavo.server.subscribe.SubscribeRole;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes that start while Cassandra is away, on a real one and a real S3 store with two regions: they serve what was
 * exported, and are healed when Cassandra is back.
 */
@Timeout(240)
class FallbackStartIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration START = Duration.ofSeconds(60);

    @TempDir
    private static Path folder;

    @Test
    void aNodeThatStartsWhileCassandraIsAwayServesWhatWasExportedAndIsHealed() throws Exception {
        LocalS3 s3 = LocalS3.start(folder);
        LocalCassandra cassandra = TestCassandra.start();
        try {
            s3.awaitReady(START);
            String keyspace = TestCassandra.config(cassandra).keyspace();
            try (RealNode before = node(cassandra, s3, keyspace, "")) {
                awaitReady(before);
                assertThat(publish(before, "small", "one")).isEqualTo(201);
                assertThat(publish(before, "small", "two")).isEqualTo(201);
                assertThat(publish(before, "small.empty", "")).isEqualTo(201);
                assertThat(publish(before, "large", "x".repeat(1 << 20))).isEqualTo(201);
                assertThat(pin(before, "small", 1)).isEqualTo(200);
                awaitExport(before);
            }
            cassandra.kill();
            try (RealNode all = node(cassandra, s3, keyspace, "");
                    RealNode subscribe = node(cassandra, s3, keyspace, "subscribe")) {
                for (RealNode node : List.of(all, subscribe)) {
                    awaitReady(node);
                    assertServesWhatWasExported(node);
                }
                assertThat(publish(all, "small", "three")).isEqualTo(503);
                assertThat(get(subscribe, "/api/v1/status").body())
                        .contains("\"stale\":true", "\"working\":false", "\"grpc\":\"127.0.0.1:" + subscribe.grpc());
                cassandra.restart();
                cassandra.awaitReady(START);
                for (RealNode node : List.of(all, subscribe)) {
                    HeadCache cache = node.bean(SubscribeRole.class).cache();
                    await().atMost(START).until(() -> !cache.isStale());
                }
                await().atMost(START)
                        .pollInterval(1, TimeUnit.SECONDS)
                        .untilAsserted(
                                () -> assertThat(publish(all, "fresh", "new")).isEqualTo(201));
                await().atMost(START)
                        .untilAsserted(
                                () -> assertThat(offer(subscribe, "fresh").getVersion())
                                        .isEqualTo(1));
                assertThat(poll(subscribe, "fresh").getStale()).isFalse();
            }
        } finally {
            cassandra.close();
            s3.close();
        }
    }

    private static void assertServesWhatWasExported(RealNode node) throws Exception {
        PollResponse answer = poll(node, "small");
        assertThat(answer.getStale()).isTrue();
        assertThat(answer.getOffers(0).getVersion()).as("pinned").isEqualTo(1);
        assertThat(payload(node, "small", 1)).isEqualTo("one");
        assertThat(payload(node, "small", 2)).as("published, though pinned").isEqualTo("two");
        assertThat(payload(node, "small.empty", 1)).isEmpty();
        assertThat(offer(node, "large").getVersion()).isEqualTo(1);
        assertThat(get(node, "/api/v1/topics/small/latest/payload").body()).isEqualTo("one");
        assertThat(get(node, "/api/v1/topics/large/latest/payload").body()).hasSize(1 << 20);
        assertThat(get(node, "/actuator/health/liveness").statusCode()).isEqualTo(200);
    }

    private static RealNode node(LocalCassandra cassandra, LocalS3 s3, String keyspace, String roles) {
        return RealNode.start(
                "--octavo.roles=" + (roles.isEmpty() ? "publish,subscribe,housekeeping" : roles),
                "--octavo.cassandra.contact-points=127.0.0.1:" + cassandra.port(),
                "--octavo.cassandra.keyspace=" + keyspace,
                "--octavo.housekeeping.lease=2s",
                "--octavo.housekeeping.lease-margin=200ms",
                "--octavo.housekeeping.export.interval=500ms",
                "--octavo.payload.create-buckets=true",
                "--octavo.payload.connect-timeout=2s",
                "--octavo.regions[0].s3.endpoint=" + s3.endpoint(),
                "--octavo.regions[0].s3.bucket=octavo-eu",
                "--octavo.regions[0].s3.access-key=" + s3.accessKey(),
                "--octavo.regions[0].s3.secret-key=" + s3.secretKey(),
                "--octavo.regions[1].name=us",
                "--octavo.regions[1].s3.endpoint=" + s3.endpoint(),
                "--octavo.regions[1].s3.bucket=octavo-us",
                "--octavo.regions[1].s3.access-key=" + s3.accessKey(),
                "--octavo.regions[1].s3.secret-key=" + s3.secretKey());
    }

    private static void awaitReady(RealNode node) {
        await().atMost(START)
                .until(() -> get(node, "/actuator/health/readiness").statusCode() == 200);
    }

    private static void awaitExport(RealNode node) {
        await().atMost(START).untilAsserted(() -> {
            HttpResponse<String> run =
                    send(request(node, "/api/v1/housekeeping/export/runs").POST(BodyPublishers.noBody()));
            assertThat(run.statusCode()).as(run.body()).isEqualTo(200);
            assertThat(run.body()).contains("\"outcome\":\"DONE\"");
        });
    }

    private static int publish(RealNode node, String topic, String payload) throws Exception {
        return send(request(node, "/api/v1/topics/" + topic + "/versions").POST(BodyPublishers.ofString(payload)))
                .statusCode();
    }

    private static int pin(RealNode node, String topic, long version) throws Exception {
        return send(request(node, "/api/v1/topics/" + topic + "/pins?scope=*")
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString("{\"version\":" + version + ",\"reason\":\"test\"}")))
                .statusCode();
    }

    private static Offer offer(RealNode node, String topic) {
        return poll(node, topic).getOffersList().stream().findFirst().orElse(Offer.getDefaultInstance());
    }

    private static PollResponse poll(RealNode node, String topic) {
        return with(
                node,
                stub -> stub.poll(PollRequest.newBuilder()
                        .setConsumer(Consumer.newBuilder()
                                .setRegion("eu")
                                .setApp("app")
                                .setCluster("blue")
                                .setInstance("i"))
                        .addTopics(TopicState.newBuilder().setTopic(topic))
                        .build()));
    }

    private static String payload(RealNode node, String topic, long version) {
        return with(node, stub -> {
            Iterator<ReadPayloadResponse> chunks = stub.readPayload(ReadPayloadRequest.newBuilder()
                    .setTopic(topic)
                    .setVersion(version)
                    .build());
            ByteString bytes = ByteString.EMPTY;
            while (chunks.hasNext()) {
                bytes = bytes.concat(chunks.next().getChunk());
            }
            return bytes.toStringUtf8();
        });
    }

    private static <T> T with(RealNode node, Function<SubscribeServiceBlockingStub, T> call) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", node.grpc())
                .usePlaintext()
                .build();
        try {
            return call.apply(SubscribeServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS));
        } finally {
            channel.shutdownNow();
        }
    }

    private static HttpResponse<String> get(RealNode node, String path) throws IOException, InterruptedException {
        return send(request(node, path));
    }

    private static HttpRequest.Builder request(RealNode node, String path) {
        return HttpRequest.newBuilder(URI.create(node.base("http") + path)).timeout(Duration.ofSeconds(60));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }
}
