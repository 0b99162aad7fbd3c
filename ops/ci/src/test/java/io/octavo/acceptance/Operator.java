package io.octavo.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.octavo.acceptance.Command.Ran;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoClientBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Somebody who looks after a stack by the command line, and reads what it says. */
final class Operator {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Duration COMMAND_BOUND = Duration.ofMinutes(5);
    private static final int AT_ONCE = 3;

    private final Stack stack;

    Operator(Stack stack) {
        this.stack = stack;
    }

    /** Runs the command line; its many short lives are not worth a thorough compiler. */
    Ran cli(String... words) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(stack.root().resolve("octavo").toString()));
        command.addAll(List.of(words));
        return stack.run(stack.data(), COMMAND_BOUND, Map.of("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1"), command);
    }

    /** What a command says to scripts. */
    JsonObject json(String... words) throws Exception {
        Ran ran = cli(Stream.concat(Stream.of(words), Stream.of("--json")).toArray(String[]::new));
        return JsonParser.parseString(ran.done().out()).getAsJsonObject();
    }

    Rest rest() {
        return new Rest(stack);
    }

    /** Blocks until every task has a leader that has run it once. */
    void awaitTasks() {
        await().atMost(BOUND)
                .until(() -> list(rest().get("/housekeeping"), "tasks").stream()
                        .allMatch(task -> task.has("leader") && task.has("lastRun")));
    }

    /** Runs tasks, a few at a time. */
    List<JsonObject> runs(List<String> tasks) throws Exception {
        ExecutorService terminals = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Future<JsonObject>> running = new ArrayList<>();
            for (String task : tasks) {
                running.add(terminals.submit(() -> json("housekeeping", "run", task)));
            }
            List<JsonObject> runs = new ArrayList<>();
            for (Future<JsonObject> run : running) {
                runs.add(run.get());
            }
            assertThat(texts(runs, "task")).isEqualTo(tasks);
            return runs;
        } finally {
            terminals.shutdownNow();
        }
    }

    /** Of each version, the newest first, why it stays; without a reason it goes, or is gone. */
    List<List<String>> reasons(String topic) throws Exception {
        List<List<String>> reasons = new ArrayList<>();
        for (JsonObject version : list(json("gc", "--explain", topic), "versions")) {
            List<String> stays = texts(list(version, "stays"), "reason");
            assertThat(version.has("goes") || version.has("deletedAt"))
                    .as("%s", version)
                    .isEqualTo(stays.isEmpty());
            reasons.add(stays);
        }
        return reasons;
    }

    /** What REST says of each version's staying, the newest first. */
    List<JsonObject> kept(String topic) throws Exception {
        return list(rest().get("/topics/" + topic + "/retention"), "versions");
    }

    /** The numbers of a topic's versions, the newest first. */
    List<Long> numbers(String topic) throws Exception {
        return rest().versions(topic).stream()
                .map(version -> version.get("version").getAsLong())
                .toList();
    }

    String payload(String topic, long version) throws Exception {
        return new String(rest().bytes("/topics/" + topic + "/versions/" + version + "/payload"), UTF_8);
    }

    /** What retention would do to a topic, in numbers. */
    JsonObject total(String topic) throws Exception {
        return list(json("gc", "--dry-run"), "topics").stream()
                .filter(each -> each.get("topic").getAsString().equals(topic))
                .findFirst()
                .orElseThrow();
    }

    void publish(String topic, String payload) {
        try (OctavoClient client = builder("publisher").build()) {
            client.publish(topic).string(payload);
        }
    }

    /** Publishes versions to nobody. */
    void stage(String topic, String... payloads) {
        try (OctavoClient client = builder("publisher").build()) {
            for (String payload : payloads) {
                client.publish(topic).stage().string(payload);
            }
        }
    }

    /** A process of the app {@code shop}, which keeps what it has seen for the next of its name. */
    OctavoClientBuilder builder(String instance) {
        return OctavoClient.builder()
                .server(URI.create(stack.url()))
                .app("shop")
                .instance(instance)
                .cacheDirectory(stack.data().resolveSibling("kept-by-" + instance));
    }

    static List<JsonObject> list(JsonObject document, String field) {
        return StreamSupport.stream(document.getAsJsonArray(field).spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    /** What documents have in a field, as it is if it is a text. */
    static List<String> texts(List<JsonObject> documents, String field) {
        return documents.stream()
                .map(document -> document.get(field))
                .map(value -> value.isJsonPrimitive() ? value.getAsString() : value.toString())
                .toList();
    }

    static void assertRefused(Ran ran, String code, String said) {
        assertThat(ran.status()).as("%s", ran).isEqualTo(1);
        assertThat(ran.err()).contains("(" + code + ")", said);
    }
}
