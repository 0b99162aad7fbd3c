package io.octavo.server.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whatever is sent, it is the sender's fault: never a fault of ours. */
@ExtendWith(NodeExtension.class)
class GarbageTest {
    private static final int ROUNDS = 600;
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "PATCH", "DELETE");
    private static final List<String> SEGMENTS = List.of(
            "topics",
            "versions",
            "latest",
            "payload",
            "pins",
            "status",
            "scopes",
            "quarantine",
            "hold",
            "rollback",
            "restore",
            "1",
            "0",
            "-1",
            "99999999999",
            "a;b=c",
            "A");
    private static final List<String> NAMES = List.of(
            "scope",
            "meta",
            "limit",
            "pageToken",
            "stage",
            "hold",
            "region",
            "query",
            "reason",
            "owner",
            "dryRun",
            "expiresAt",
            "holder",
            "",
            "x y");
    private static final List<String> VALUES = List.of(
            "",
            "*",
            "1",
            "-1",
            "region=eu",
            "a=b",
            "true",
            "\u0000",
            "\ud83d\ude00",
            "%",
            "'",
            "dDph",
            "9".repeat(30),
            "x".repeat(500));
    private static final List<String> BODIES = List.of(
            "",
            "{}",
            "[]",
            "null",
            "{\"version\":1,\"reason\":\"r\"}",
            "{\"version\":{}}",
            "{\"labels\":{\"a\":[]}}",
            "{\"to\":-1,\"reason\":\"r\"}",
            "{\"keep\":1,\"reason\":\"r\"}",
            "\u0000",
            "{\"a\"");
    private static final List<String> TYPES =
            List.of("application/json", "text/plain", "garbage", "a/b;charset=none", "*/*");

    private final Http http;
    private final String topic = TestNode.newTopic();

    GarbageTest(TestNode node) {
        this.http = node.http();
    }

    @Test
    void garbageIsAnsweredWithFourHundreds() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        http.publish(topic, "one");
        for (int i = 0; i < ROUNDS; i++) {
            String path = path(random);
            String method = pick(METHODS, random);
            Answer answer = http.send(
                    method,
                    path,
                    BodyPublishers.ofString(pick(BODIES, random)),
                    "Content-Type",
                    pick(TYPES, random),
                    pick(
                            List.of("If-Match", "Range", "Content-Digest", "Octavo-Expected-Version", "Octavo-Who"),
                            random),
                    pick(List.of("x", "\"1\"", "bytes=0-", "sha-256=:=:", "1"), random));
            assertThat(answer.status())
                    .as("seed %s: %s %s: %s", seed, method, path, answer.text())
                    .isLessThan(500);
            if (answer.status() >= 400) {
                assertThat(answer.header("Content-Type"))
                        .as("seed %s: %s %s", seed, method, path)
                        .isEqualTo("application/problem+json");
            }
        }
    }

    private String path(Random random) {
        StringBuilder path = new StringBuilder("/api/v1");
        if (random.nextInt(4) > 0) {
            path.append("/topics/").append(topic);
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            path.append('/').append(pick(SEGMENTS, random));
        }
        char separator = '?';
        for (int i = random.nextInt(3); i > 0; i--) {
            path.append(separator)
                    .append(URLEncoder.encode(pick(NAMES, random), UTF_8))
                    .append('=')
                    .append(URLEncoder.encode(pick(VALUES, random), UTF_8));
            separator = '&';
        }
        return path.toString();
    }

    private static String pick(List<String> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }
}
