package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import io.octavo.acceptance.Command.Ran;
import io.octavo.client.Deserializer;
import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.Subscription;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What processes with the Java client run, as it is told by REST and waited for by the command line. */
@ExtendWith(SharedStack.class)
final class ConsumersIT {
    private static final Deserializer<String> TEXT = Deserializers.utf8();
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final Stack stack;
    private final Rest rest;

    ConsumersIT(Stack stack) {
        this.stack = stack;
        this.rest = new Rest(stack);
    }

    @Test
    void aPublishThatWaitsIsDoneSoonAfterAllRunItAndOneThatSomebodyCanNotReadIsNot() throws Exception {
        String topic = "waited.for";
        Path folder = stack.newFolder();
        Path good = Files.writeString(folder.resolve("good"), "7");
        Path bad = Files.writeString(folder.resolve("bad"), "seven");
        publish(topic, good).done();
        try (OctavoClient number = client("number");
                OctavoClient text = client("text")) {
            Subscription<Integer> numbers = number.subscription(
                            topic, payload -> Integer.parseInt(TEXT.deserialize(payload)))
                    .start();
            Subscription<String> texts = text.subscription(topic, TEXT).start();
            numbers.awaitValue(BOUND);
            texts.awaitValue(BOUND);
            await().atMost(BOUND).until(() -> consumers(topic, "&state=APPLIED").size(), Integer.valueOf(2)::equals);

            Ran waited = publish(topic, good, "--wait", "100%").done();
            Instant returned = Instant.now();
            Duration after = Duration.between(
                    later(numbers.current().since(), texts.current().since()), returned);
            System.out.println("publish --wait returned " + after + " after all ran it");
            assertThat(after).isLessThan(Duration.ofSeconds(10));
            assertThat(waited.err()).contains("2 of 2 live instances run version 2");
            assertThat(numbers.state().version()).isEqualTo(2);
            assertThat(texts.state().version()).isEqualTo(2);

            Ran inVain = publish(topic, bad, "--wait", "100%", "--wait-timeout", "8s");
            assertThat(inVain.status()).as("%s", inVain).isEqualTo(4);
            assertThat(inVain.err())
                    .contains("app=number")
                    .contains("FAILED")
                    .contains("seven")
                    .contains("1 of 2 live instances run version 3, 1 failed");
            List<JsonObject> failed = consumers(topic, "&state=FAILED");
            assertThat(failed).hasSize(1);
            assertThat(failed.get(0).get("app").getAsString()).isEqualTo("number");
            assertThat(failed.get(0).get("version").getAsLong()).isEqualTo(2);
            assertThat(failed.get(0).get("resolvedVersion").getAsLong()).isEqualTo(3);
            assertThat(failed.get(0).get("error").getAsString()).contains("seven");

            assertAdopted(topic, 2, 2);
            assertAdopted(topic, 3, 1);

            publish(topic, bad, "--wait", "50%").done();
        }
        await().atMost(BOUND).until(() -> consumers(topic, "").isEmpty());
    }

    /** Two instances were to run it; as many as did are told with how long they took, by REST and by the command line. */
    private void assertAdopted(String topic, long version, long adopted) throws Exception {
        JsonObject adoption =
                rest.get("/topics/" + topic + "/consumers/adoption").getAsJsonArray("adoptions").asList().stream()
                        .map(each -> each.getAsJsonObject())
                        .filter(each -> each.get("version").getAsLong() == version)
                        .findFirst()
                        .orElseThrow();
        System.out.println("adoption: " + adoption);
        assertThat(adoption.get("adopted").getAsLong()).isEqualTo(adopted);
        assertThat(adoption.get("p50Millis").getAsLong()).isBetween(1L, BOUND.toMillis());
        assertThat(adoption.has("p99Millis")).isEqualTo(adopted == 2);
        assertThat(adoption.getAsJsonObject("slowest").get("app").getAsString()).isIn("number", "text");
        assertThat(stack.cli("consumers", "--topic", topic, "--adoption").done().out())
                .containsPattern("(?m)^ +" + version + "  20\\S+  publication +[0-9.]+ m?s ");
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private Ran publish(String topic, Path file, String... more) throws Exception {
        return stack.cli(Stream.concat(Stream.of("publish", topic, file.toString()), Stream.of(more))
                .toArray(String[]::new));
    }

    private OctavoClient client(String app) {
        return OctavoClient.builder().server(URI.create(stack.url())).app(app).build();
    }

    private List<JsonObject> consumers(String topic, String query) throws Exception {
        return rest.get("/consumers?topic=" + topic + query).getAsJsonArray("consumers").asList().stream()
                .map(each -> each.getAsJsonObject())
                .toList();
    }
}
