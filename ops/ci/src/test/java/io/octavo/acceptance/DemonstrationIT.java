package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import io.octavo.acceptance.Command.Ran;
import io.octavo.client.Published;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Real datasets on their way to two apps, one of which is moved back and forward again. */
@ExtendWith(SharedStack.class)
final class DemonstrationIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Path TIME_ZONES = Path.of("/usr/share/zoneinfo/tzdata.zi");

    private final Stack stack;
    private final Rest rest;

    DemonstrationIT(Stack stack) {
        this.stack = stack;
        this.rest = new Rest(stack);
    }

    @Test
    void theScriptRunsThroughAndJavaSubscribersBesideItMoveAlong() throws Exception {
        List<String> topics = List.of("demo.tzdata", "demo.countries", "demo.public-suffixes", "demo.jdk-modules");
        try (Follower demo = Follower.start(stack, "demo", topics);
                Follower other = Follower.start(stack, "other", topics)) {
            Ran script = stack.run(
                    stack.newFolder(),
                    Duration.ofMinutes(10),
                    List.of(stack.root().resolve("ops/ci/demonstration.sh").toString(), "--server", stack.url()));
            System.out.println(script.out());
            assertThat(script.status()).as("%s\n%s", script, stack.logs()).isZero();
            for (String topic : topics) {
                Map<Long, String> digests = digests(topic);
                assertThat(digests).containsOnlyKeys(1L, 2L);
                for (Follower follower : List.of(demo, other)) {
                    await().atMost(BOUND).until(() -> follower.version(topic), Long.valueOf(2)::equals);
                    assertThat(follower.value(topic)).isEqualTo(digests.get(2L));
                    assertThat(follower.arrivals(topic))
                            .allSatisfy(
                                    arrival -> assertThat(arrival.sha256()).isEqualTo(digests.get(arrival.version())));
                }
                // The script waits for its own followers only, and a busy subscriber may skip a version.
                assertInOrder(demo.versions(topic), List.of(1L, 2L, 1L, 2L));
                assertInOrder(other.versions(topic), List.of(1L, 2L));
                assertThat(rest.pins(topic)).isEmpty();
                assertThat(rest.latest(topic, "demo")).isEqualTo("2 by PUBLICATION of *");
                assertThat(rest.latest(topic, "other")).isEqualTo("2 by PUBLICATION of *");
            }
        }
    }

    @Test
    void aJavaSubscriberIsPinnedBackAndComesForwardAgainWhileOthersStay() throws Exception {
        String topic = "journey.tzdata";
        String text = Files.readString(TIME_ZONES);
        String edited = text + "# Edited.\n";
        try (Follower demo = Follower.start(stack, "demo", List.of(topic));
                Follower other = Follower.start(stack, "other", List.of(topic))) {
            Published first = demo.client().publish(topic).file(TIME_ZONES);
            assertThat(first.sha256()).isEqualTo(sha256(text));
            awaitVersions(topic, demo, List.of(1L), other, List.of(1L));

            demo.client()
                    .publish(topic)
                    .metadata("edited", "yes")
                    .expectedVersion(1)
                    .string(edited);
            awaitVersions(topic, demo, List.of(1L, 2L), other, List.of(1L, 2L));
            assertThat(rest.latest(topic, "demo")).isEqualTo("2 by PUBLICATION of *");

            String pin = "/topics/" + topic + "/pins?scope=app%3Ddemo";
            rest.put(pin, "{\"version\":1,\"reason\":\"the newest one is edited\"}");
            awaitVersions(topic, demo, List.of(1L, 2L, 1L), other, List.of(1L, 2L));
            assertThat(rest.pins(topic)).containsExactly("app=demo at 1");
            assertThat(rest.latest(topic, "demo")).isEqualTo("1 by PIN of app=demo");
            assertThat(rest.latest(topic, "other")).isEqualTo("2 by PUBLICATION of *");
            assertThat(demo.value(topic)).isEqualTo(sha256(text));
            await().during(Duration.ofSeconds(3))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> other.versions(topic), List.of(1L, 2L)::equals);

            rest.delete(pin + "&reason=done");
            awaitVersions(topic, demo, List.of(1L, 2L, 1L, 2L), other, List.of(1L, 2L));
            assertThat(rest.pins(topic)).isEmpty();
            assertThat(demo.value(topic)).isEqualTo(sha256(edited));
            assertThat(other.value(topic)).isEqualTo(sha256(edited));
        }
    }

    private void awaitVersions(String topic, Follower demo, List<Long> demos, Follower other, List<Long> others) {
        await().atMost(BOUND).untilAsserted(() -> {
            assertThat(demo.versions(topic))
                    .as("%s of app=demo\n%s", topic, stack.logs())
                    .isEqualTo(demos);
            assertThat(other.versions(topic))
                    .as("%s of app=other\n%s", topic, stack.logs())
                    .isEqualTo(others);
        });
    }

    private Map<Long, String> digests(String topic) throws Exception {
        Function<JsonObject, Long> number = version -> version.get("version").getAsLong();
        return rest.versions(topic).stream()
                .collect(Collectors.toMap(
                        number, version -> version.get("sha256").getAsString()));
    }

    private static void assertInOrder(List<Long> seen, List<Long> journey) {
        Iterator<Long> steps = journey.iterator();
        for (Long version : seen) {
            boolean found = false;
            while (!found && steps.hasNext()) {
                found = steps.next().equals(version);
            }
            assertThat(found).as("%s in the order of %s", seen, journey).isTrue();
        }
    }

    private static String sha256(String text) {
        return Sha256.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
