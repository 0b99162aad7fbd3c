package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.Payload;
import io.octavo.client.Subscription;
import io.octavo.local.LocalS3;
import io.octavo.server.cassandra.CassandraStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole node that keeps two versions, and what was run two seconds ago. */
class RetentionNodeIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String TOPIC = "/topics/kept";

    @TempDir
    private static Path folder;

    private static LocalS3 s3;
    private static RealNode node;

    @BeforeAll
    static void start() {
        s3 = LocalS3.start(folder);
        s3.awaitReady(Duration.ofSeconds(60));
        node = RealNode.start(
                "--octavo.regions[0].s3.endpoint=" + s3.endpoint(),
                "--octavo.regions[0].s3.access-key=" + s3.accessKey(),
                "--octavo.regions[0].s3.secret-key=" + s3.secretKey(),
                "--octavo.regions[0].s3.path-style=true",
                "--octavo.payload.connect-timeout=1s",
                "--octavo.payload.create-buckets=true",
                "--octavo.housekeeping.retention.max-versions=2",
                "--octavo.housekeeping.retention.grace=2s",
                "--octavo.housekeeping.export.put-within=1s");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> call("GET", "/status", "").body().contains("\"ready\":true"));
    }

    @AfterAll
    static void stop() {
        if (node != null) {
            node.close();
        }
        s3.close();
    }

    /** It asks the region too, what its exported head names. */
    @Test
    void whatNobodyNeedsIsGoneAndWhatSomebodyRunsIsNot() throws Exception {
        assertThat(call("POST", TOPIC + "/versions", "v1").statusCode()).isEqualTo(201);
        try (OctavoClient client =
                        OctavoClient.builder().server(node.base("http")).build();
                Subscription<String> kept = client.subscription("kept", RetentionNodeIT::onlyTheFirst)
                        .start()) {
            assertThat(kept.awaitValue(Duration.ofSeconds(20))).isEqualTo("v1");
            for (int i = 2; i <= 5; i++) {
                assertThat(call("POST", TOPIC + "/versions", "v" + i).statusCode())
                        .isEqualTo(201);
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                call("POST", "/housekeeping/retention/runs", "");
                return call("GET", TOPIC + "/versions/3/payload", "").statusCode() == 410;
            });
            assertThat(call("GET", TOPIC + "/versions/2/payload", "").body())
                    .contains("\"GONE\"", "by octavo:retention: retention keeps the newest 2");
            assertThat(call("GET", TOPIC + "/versions/2", "").body()).contains("\"state\":\"DELETED\"");
            assertThat(call("GET", TOPIC + "/versions/1/payload", "").body()).isEqualTo("v1");
            assertThat(call("GET", TOPIC + "/retention", "").body()).contains("\"RUNNING\"");
            assertThat(call("GET", TOPIC + "/latest/payload", "").body()).isEqualTo("v5");
            assertThat(call("POST", "/housekeeping/idle/runs", "").body()).contains("\"DONE\"");
            assertThat(node.bean(CassandraStore.class).topicUses().all()).containsOnlyKeys("kept");
            assertThat(call("GET", "/idle", "").body()).contains("\"topics\":[]", "\"knownSince\"");
        }
        assertThat(call("GET", "/retention", "").body()).contains("\"topic\":\"kept\"");
    }

    /** It goes on running what it can read. */
    private static String onlyTheFirst(Payload payload) throws Exception {
        String text = Deserializers.utf8().deserialize(payload);
        if (!text.equals("v1")) {
            throw new IllegalArgumentException("not v1: " + text);
        }
        return text;
    }

    private static HttpResponse<String> call(String method, String path, String body) throws Exception {
        URI address = URI.create(node.base("http") + "/api/v1" + path);
        return CLIENT.send(
                HttpRequest.newBuilder(address)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
