package io.octavo.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.Subscription;
import io.octavo.client.SubscriptionState.Phase;
import io.octavo.local.LocalS3;
import io.octavo.protocol.Part;
import io.octavo.protocol.S3Location;
import io.octavo.server.cassandra.CassandraConfig;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.cassandra.TestCassandra;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Payloads that are taken away behind the service's back, and brought back: what a fleet runs meanwhile. */
@Timeout(120)
class HeldBackIT {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String LARGE = "two ".repeat(1 << 18);

    @TempDir
    private static Path folder;

    private static LocalS3 s3;
    private static S3Client objects;
    private static RealNode node;
    private static CassandraStore cassandra;

    @BeforeAll
    static void start() {
        s3 = LocalS3.start(folder);
        s3.awaitReady(SOON);
        objects = S3Client.builder()
                .endpointOverride(s3.endpoint())
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())))
                .build();
        node = RealNode.start(
                "--octavo.regions[0].s3.endpoint=" + s3.endpoint(),
                "--octavo.regions[0].s3.access-key=" + s3.accessKey(),
                "--octavo.regions[0].s3.secret-key=" + s3.secretKey(),
                "--octavo.regions[0].s3.path-style=true",
                "--octavo.payload.connect-timeout=1s",
                // What is taken away is gone at once.
                "--octavo.payload.just-stored=0B",
                "--octavo.payload.create-buckets=true");
        // Another one than the node's, so that the node learns nothing of what is done with it.
        cassandra = TestCassandra.open(node.bean(CassandraConfig.class));
        await().atMost(SOON).until(() -> get("/actuator/health/readiness").statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        if (cassandra != null) {
            cassandra.close();
        }
        if (node != null) {
            node.close();
        }
        objects.close();
        s3.close();
    }

    @Test
    void whileADirectPayloadIsGoneWhoRunsGoesOnAndWhoStartsTakesTheVersionBefore() throws Exception {
        holdsBack(
                "direct",
                "two",
                part -> cassandra.payloads().delete(part.getDirect().getPayloadId()),
                part -> cassandra.payloads().store(part.getDirect().getPayloadId(), ByteString.copyFromUtf8("two")));
    }

    @Test
    void whileAnObjectIsGoneWhoRunsGoesOnAndWhoStartsTakesTheVersionBefore() throws Exception {
        holdsBack("large", LARGE, HeldBackIT::deleteObject, part -> putObject(part, LARGE));
    }

    @Test
    void anObjectThatGoesWhileItIsServedIsFoundMissingByWhoFailsToGetIt() throws Exception {
        publish("served", "one", "");
        publish("served", LARGE, "");
        Part part = part("served", 2);
        deleteObject(part);
        try (OctavoClient client = client()) {
            Subscription<String> late =
                    client.subscription("served", Deserializers.utf8()).start();
            await().atMost(SOON).ignoreExceptions().until(() -> late.get().equals("one"));
            putObject(part, LARGE);
            await().atMost(SOON).until(() -> late.get().equals(LARGE));
        }
    }

    private static void holdsBack(String topic, String two, Consumer<Part> takeAway, Consumer<Part> bringBack)
            throws Exception {
        publish(topic, "one", "");
        try (OctavoClient running = client();
                OctavoClient starting = client()) {
            Subscription<String> old =
                    running.subscription(topic, Deserializers.utf8()).start();
            assertThat(old.awaitValue(SOON)).isEqualTo("one");
            publish(topic, two, "?stage=true");
            Part part = part(topic, 2);
            takeAway.accept(part);
            send("PUT", "/api/v1/topics/" + topic + "/versions/2/scopes?scope=*", "", 200);

            await().atMost(SOON).until(() -> explained(topic).contains("\"heldBack\":{\"version\":2,"));
            assertThat(explained(topic)).contains("is held back by the consistency check since", "\"standIn\":1");
            Subscription<String> fresh =
                    starting.subscription(topic, Deserializers.utf8()).start();
            assertThat(fresh.awaitValue(SOON)).isEqualTo("one");
            assertThat(fresh.state().phase()).isEqualTo(Phase.RUNNING);
            assertThat(old.get()).isEqualTo("one");
            assertThat(old.state().phase()).isEqualTo(Phase.RUNNING);
            assertThat(get("/api/v1/topics/" + topic + "/latest").body()).contains("\"standsInFor\":2");
            assertThat(get("/api/v1/status").body()).contains("\"heldBack\":1");
            assertThat(get("/actuator/prometheus").body()).containsPattern("octavo_held_back(\\{[^}]*})? 1\\.0");

            long back = System.nanoTime();
            bringBack.accept(part);
            await().atMost(SOON)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> old.get().equals(two) && fresh.get().equals(two));
            System.out.printf("%s: all moved up %d ms after the payload was back%n", topic, millisSince(back));
            assertThat(explained(topic)).doesNotContain("heldBack");
        }
        assertThat(get("/api/v1/status").body()).contains("\"heldBack\":0");
    }

    private static long millisSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
    }

    private static OctavoClient client() {
        return OctavoClient.builder().server(node.base("http")).build();
    }

    private static Part part(String topic, long version) {
        return requireNonNull(node.bean(TopicLog.class).version(topic, version, Read.SERIAL))
                .getParts(0);
    }

    private static void deleteObject(Part part) {
        S3Location there = part.getS3().getLocations(0);
        objects.deleteObject(r -> r.bucket(there.getBucket()).key(there.getKey()));
    }

    private static void putObject(Part part, String text) {
        S3Location there = part.getS3().getLocations(0);
        objects.putObject(r -> r.bucket(there.getBucket()).key(there.getKey()), RequestBody.fromString(text));
    }

    private static String explained(String topic) throws IOException, InterruptedException {
        return get("/api/v1/topics/" + topic + "/explain").body();
    }

    private static void publish(String topic, String text, String query) throws IOException, InterruptedException {
        send("POST", "/api/v1/topics/" + topic + "/versions" + query, text, 201);
    }

    private static void send(String method, String path, String text, int status)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(node.base("http") + path))
                        .method(method, BodyPublishers.ofString(text))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(node.base("http") + path)).build(), BodyHandlers.ofString());
    }
}
