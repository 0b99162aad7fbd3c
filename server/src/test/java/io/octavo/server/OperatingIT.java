package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.Subscription;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a whole node tells those who operate it. */
class OperatingIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static RealNode node;

    @BeforeAll
    static void start() {
        node = RealNode.start();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> get("/actuator/health/readiness").statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        if (node != null) {
            node.close();
        }
    }

    @Test
    void aNodeIsAliveAndReadyOnceItsHeadsAreLoaded() throws Exception {
        assertThat(get("/actuator/health/readiness").body()).isEqualTo("{\"status\":\"UP\"}");
        assertThat(get("/actuator/health/liveness").body()).isEqualTo("{\"status\":\"UP\"}");
        assertThat(get("/api/v1/status").body()).contains("\"ready\":true", "\"grpcTls\":false");
    }

    @Test
    void nothingElseOfTheActuatorIsThere() throws Exception {
        for (String path : List.of("", "/env", "/heapdump", "/loggers", "/metrics", "/info", "/beans", "/shutdown")) {
            HttpResponse<String> answer = get("/actuator" + path);
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(answer.body()).contains("\"NOT_FOUND\"");
        }
    }

    @Test
    void whileTheStoreOfLargePayloadsIsAwayOnlyTheyAreRefusedAndNothingIsHalfPublished() throws Exception {
        HttpResponse<String> refused = publish("large", "x".repeat(2 << 20));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(refused.body()).contains("\"UNAVAILABLE\"", "region eu: S3 can't be reached");
        assertThat(get("/api/v1/topics/large").statusCode()).isEqualTo(404);
        assertThat(publish("large", "small").statusCode()).isEqualTo(201);
        assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(200);
        assertThat(value(get("/actuator/prometheus").body().lines().toList(), "octavo_payload_buffers"))
                .as("memory in use for large payloads")
                .isZero();
    }

    @Test
    void metricsTellWhatReallyHappened() throws Exception {
        assertThat(publish("metered", "one").statusCode()).isEqualTo(201);
        try (OctavoClient client =
                        OctavoClient.builder().server(node.base("http")).build();
                Subscription<String> metered =
                        client.subscription("metered", Deserializers.utf8()).start()) {
            assertThat(metered.awaitValue(Duration.ofSeconds(20))).isEqualTo("one");
        }

        List<String> lines = get("/actuator/prometheus").body().lines().toList();
        assertThat(value(lines, "octavo_poll_seconds_count")).isPositive();
        assertThat(value(lines, "octavo_commit_seconds_count{")).isPositive();
        assertThat(lines)
                .anyMatch(line -> line.startsWith("octavo_commit_seconds_count{") && line.contains("outcome="));
        assertThat(value(lines, "octavo_cache_heads")).isPositive();
        assertThat(value(lines, "octavo_cache_age_seconds")).isBetween(0.0, 60.0);
        assertThat(value(lines, "octavo_cassandra_seconds_count{")).isPositive();
        assertThat(value(lines, "octavo_clock_skew_milliseconds")).isBetween(-5000.0, 5000.0);
        assertThat(lines)
                .as("a metric of each version or instance would be millions")
                .filteredOn(line -> line.startsWith("octavo_"))
                .noneMatch(line -> line.matches("[^{]*\\{([^}]*,)?(version|instance)=.*"));
    }

    @Test
    void aNodeHasAllThatTheAlertsLookAt() throws Exception {
        List<String> lines = get("/actuator/prometheus").body().lines().toList();
        for (AlertRule rule : AlertRule.all()) {
            if (!rule.isOfTls()) {
                rule.assertMeasuredBy(lines);
            }
        }
    }

    @Test
    void theStatusTellsTheLastRunOfEachTask() {
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(get("/api/v1/status").body())
                    .contains("\"tasks\":[")
                    .containsPattern("\"lastRun\":\\{\"task\":\"expiry\"[^}]*\"outcome\":\"DONE\"");
            assertThat(value(
                            get("/actuator/prometheus").body().lines().toList(),
                            "octavo_housekeeping_runs_total{outcome=\"done\",task=\"expiry\""))
                    .isPositive();
        });
    }

    private static double value(List<String> lines, String start) {
        return lines.stream()
                .filter(line -> line.startsWith(start))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static HttpResponse<String> publish(String topic, String text) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(node.base("http") + "/api/v1/topics/" + topic + "/versions"))
                        .POST(BodyPublishers.ofString(text))
                        .build(),
                BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(node.base("http") + path)).build(), BodyHandlers.ofString());
    }
}
