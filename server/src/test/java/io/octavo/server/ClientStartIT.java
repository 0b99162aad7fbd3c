package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.octavo.client.Deserializers;
import io.octavo.client.Fallback;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import io.octavo.client.Snapshot;
import io.octavo.client.Source;
import io.octavo.client.Subscription;
import io.octavo.client.SubscriptionState;
import io.octavo.local.LocalCassandra;
import io.octavo.local.LocalS3;
import io.octavo.server.cassandra.TestCassandra;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process with the Java client starts when the service and Cassandra are dead: by what a real server has exported to a
 * real S3 store; and, when that is dead too, by what it kept.
 */
@Timeout(240)
class ClientStartIT {
    private static final Duration START = Duration.ofSeconds(60);
    private static final String LARGE = "x".repeat(3 << 20);

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    @Test
    void itStartsWhateverIsDead() throws Exception {
        LocalCassandra cassandra = TestCassandra.start();
        LocalS3 s3 = LocalS3.start(folder);
        try {
            s3.awaitReady(START);
            try (RealNode node = node(cassandra, s3)) {
                publish(node, "small", "one", "*");
                publish(node, "small", "two", "*");
                publish(node, "small", "three", "region=us");
                publish(node, "empty", "", "*");
                publish(node, "large", LARGE, "*");
                assertStandsIn(node);
                awaitExport(node);
            }
            cassandra.kill();
            Path cache = folder.resolve("cache");
            try (OctavoClient client = client(s3).cacheDirectory(cache).build()) {
                assertStarts(client, Source.FALLBACK);
            }
            try (OctavoClient client = client(s3).override("small", 1).build()) {
                assertThat(client.health().isUp()).isTrue();
                Subscription<String> unnamed = client.subscription("small", Deserializers.utf8())
                        .optional()
                        .start();
                await().atMost(START).until(() -> unnamed.state().phase() == SubscriptionState.Phase.FAILED);
                assertThat(unnamed.state().error())
                        .as("no head names version 1 any more")
                        .hasMessageContaining("version 1 of small is nowhere");
            }
            s3.kill();
            try (OctavoClient client = client(s3).cacheDirectory(cache).build()) {
                assertStarts(client, Source.DISK);
            }
            try (OctavoClient client =
                    client(s3).cacheDirectory(cache).override("small", 2).build()) {
                Subscription<String> overridden =
                        client.subscription("small", Deserializers.utf8()).start();
                assertThat(overridden.awaitValue(START)).isEqualTo("two");
                assertThat(overridden.current().source()).isEqualTo(Source.OVERRIDE);
            }
        } finally {
            cassandra.close();
            s3.close();
        }
    }

    /** Versions that can't be read are stood in for by older ones, as many as it was said, that the service lists. */
    private static void assertStandsIn(RealNode node) throws Exception {
        try (OctavoClient client = OctavoClient.builder()
                .subscribeEndpoints(List.of("127.0.0.1:" + node.grpc()))
                .region("eu")
                .build()) {
            Subscription<String> subscription = client.subscription("small", payload -> {
                        if (payload.version() > 1) {
                            throw new IllegalStateException("unreadable, by the test");
                        }
                        return Deserializers.utf8().deserialize(payload);
                    })
                    .startOnOlder(1)
                    .start();
            assertThat(subscription.awaitValue(START)).isEqualTo("one");
            assertThat(subscription.state().phase()).isEqualTo(SubscriptionState.Phase.FAILED);
            assertThat(subscription.state().offered()).isEqualTo(2);
        }
    }

    private static void assertStarts(OctavoClient client, Source source) throws Exception {
        Subscription<String> small =
                client.subscription("small", Deserializers.utf8()).start();
        Subscription<byte[]> empty =
                client.subscription("empty", Deserializers.bytes()).start();
        Subscription<Path> large =
                client.subscription("large", Deserializers.file()).start();
        assertThat(small.awaitValue(START)).isEqualTo("two");
        assertThat(empty.awaitValue(START)).isEmpty();
        assertThat(Files.readString(large.awaitValue(START))).isEqualTo(LARGE);
        for (Subscription<?> subscription : List.of(small, empty, large)) {
            Snapshot<?> snapshot = subscription.current();
            assertThat(snapshot.source()).isEqualTo(source);
            assertThat(Duration.between(snapshot.asOf(), snapshot.since()))
                    .isBetween(Duration.ZERO, START.multipliedBy(4));
        }
        assertThat(client.health().isUp()).isTrue();
    }

    private static OctavoClientBuilder client(LocalS3 s3) {
        return OctavoClient.builder()
                .subscribeEndpoints(List.of("127.0.0.1:" + RealNode.freePort()))
                .region("eu")
                .instance("one")
                .requestTimeout(Duration.ofSeconds(3))
                .fallback(region("eu", s3), region("us", s3));
    }

    private static Fallback region(String name, LocalS3 s3) {
        return Fallback.of(name, "octavo-" + name).endpoint(s3.endpoint()).credentials(s3.accessKey(), s3.secretKey());
    }

    private static RealNode node(LocalCassandra cassandra, LocalS3 s3) {
        return RealNode.start(
                "--octavo.cassandra.contact-points=127.0.0.1:" + cassandra.port(),
                "--octavo.cassandra.keyspace=" + TestCassandra.config(cassandra).keyspace(),
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

    private void awaitExport(RealNode node) {
        await().atMost(START).untilAsserted(() -> {
            HttpResponse<String> run =
                    send(request(node, "/api/v1/housekeeping/export/runs").POST(BodyPublishers.noBody()));
            assertThat(run.statusCode()).as(run.body()).isEqualTo(200);
            assertThat(run.body()).contains("\"outcome\":\"DONE\"");
        });
    }

    private void publish(RealNode node, String topic, String payload, String scope) {
        String path = "/api/v1/topics/" + topic + "/versions?scope=" + scope.replace("=", "%3D");
        await().atMost(START)
                .untilAsserted(() -> assertThat(send(request(node, path).POST(BodyPublishers.ofString(payload)))
                                .statusCode())
                        .isEqualTo(201));
    }

    private static HttpRequest.Builder request(RealNode node, String path) {
        return HttpRequest.newBuilder(URI.create(node.base("http") + path)).timeout(START);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }
}
