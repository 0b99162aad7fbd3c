package io.octavo.acceptance;

import static io.octavo.acceptance.Operator.assertRefused;
import static io.octavo.acceptance.Operator.list;
import static io.octavo.acceptance.Operator.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import io.octavo.acceptance.Command.Ran;
import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** What an operator has of housekeeping by the command line, on the real stores. */
@TestInstance(Lifecycle.PER_CLASS)
final class HousekeepingCliIT {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final List<String> TASKS = List.of("repair", "export", "expiry", "idle", "retention", "sweep");

    private final Stack stack;
    private final Operator operator;

    HousekeepingCliIT() throws IOException {
        stack = Stack.start(Map.of(
                "OCTAVO_HOUSEKEEPING_LEASE", "6s",
                "OCTAVO_HOUSEKEEPING_EXPORT_PUTWITHIN", "1s",
                "OCTAVO_HOUSEKEEPING_SWEEP_MARGIN", "2s",
                "OCTAVO_HOUSEKEEPING_RETENTION_SETTLE", "0s",
                "OCTAVO_HOUSEKEEPING_RETENTION_BRAKEFROM", "1",
                "OCTAVO_HOUSEKEEPING_RETENTION_BRAKETOPICPERCENT", "20"));
        operator = new Operator(stack);
    }

    @BeforeAll
    void awaitTasks() {
        operator.awaitTasks();
    }

    @AfterAll
    void stop() throws IOException {
        stack.close();
    }

    @Test
    void everyTaskRunsWhenItIsAskedForAndIsListed() throws Exception {
        operator.publish("brief", "one");
        operator.cli("pin", "brief", "1", "--scope", "*", "--expires", "8s", "--reason", "short", "--yes")
                .done();

        for (JsonObject run : operator.runs(TASKS.subList(1, TASKS.size()))) {
            assertThat(run.get("outcome").getAsString()).as("%s", run).isEqualTo("DONE");
            assertThat(run.get("failed").getAsLong()).as("%s", run).isZero();
            assertThat(run.keySet()).contains("startedAt", "examined", "done", "tookMillis");
        }
        assertThat(operator.cli("housekeeping", "run", TASKS.get(0)).done().out())
                .matches(TASKS.get(0) + ": DONE in [0-9.]+ m?s, [1-9]\\d* examined, \\d+ done, 0 failed\n");
        assertThat(operator.cli("housekeeping", "run", "sweep", "--no-wait")
                        .done()
                        .out())
                .isEqualTo("A run of sweep is on its way; see: octavo housekeeping\n");
        String listed = operator.cli("housekeeping").done().out();
        for (String task : TASKS) {
            assertThat(listed).containsPattern("(?m)^ *" + task + " +127\\.0\\.0\\.1:\\d+ .* (DONE|RUNNING) ");
        }
        List<JsonObject> tasks = list(operator.json("housekeeping"), "tasks");
        assertThat(texts(tasks, "task")).containsExactlyInAnyOrderElementsOf(TASKS);
        assertThat(tasks).allSatisfy(task -> assertThat(task.keySet()).contains("leader", "lastRun", "lastAskedRun"));

        await().atMost(BOUND).until(() -> operator.rest().pins("brief"), List::isEmpty);
        assertThat(operator.cli("audit", "brief").done().out()).contains("octavo:expiry", "expired: short");
        assertIdleTopicsAreTold();
    }

    private void assertIdleTopicsAreTold() throws Exception {
        JsonObject idle = operator.json("topics", "--idle");
        assertThat(list(idle, "topics")).isEmpty();
        Ran told = operator.cli("topics", "--idle").done();
        assertThat(told.out()).contains("TOPIC", "LAST CONSUMED");
        assertThat(told.err())
                .contains("Who consumes what is noted since "
                        + idle.get("knownSince").getAsString());
        // No topic is idle on a new installation: what would be told of one is held against what the server says it
        // tells.
        JsonObject described = operator.rest()
                .get("/openapi.json")
                .getAsJsonObject("components")
                .getAsJsonObject("schemas")
                .getAsJsonObject("IdleTopic")
                .getAsJsonObject("properties");
        assertThat(described.keySet())
                .contains("topic", "owner", "publishedAt", "consumedAt", "state", "since", "nextAt");
    }

    @Test
    void whatGoesAndWhyTheRestStaysIsToldBeforeItGoes() throws Exception {
        operator.stage("rates", "one", "two");
        operator.publish("rates", "three");
        operator.publish("rates", "four");
        operator.stage("rates", "five", "six", "seven", "eight", "nine");
        operator.publish("rates", "ten");
        operator.rest().put("/topics/rates", "{\"retention\":{\"maxVersions\":2}}");
        operator.rest()
                .put("/topics/rates/pins?scope=app%3Dold", "{\"version\":5,\"reason\":\"cannot read newer ones\"}");
        operator.cli("hold", "rates", "6", "--reason", "the audit", "--holder", "audit", "--yes")
                .done();
        operator.runs(List.of("export"));
        try (OctavoClient client = operator.builder("odd").override("rates", 7).build();
                Subscription<String> odd =
                        client.subscription("rates", Deserializers.utf8()).start()) {
            assertThat(odd.awaitValue(BOUND)).isEqualTo("seven");
            await().atMost(BOUND)
                    .until(() -> texts(operator.kept("rates"), "stays").get(3).contains("RUNNING"));

            assertThat(operator.reasons("rates"))
                    .containsExactly(
                            List.of("NEWEST", "PUBLISHED", "SERVABLE", "RUNNING", "EXPORTED"),
                            List.of("NEWEST"),
                            List.of(),
                            List.of("RUNNING"),
                            List.of("HELD"),
                            List.of("PINNED", "EXPORTED"),
                            List.of("SERVABLE", "SUPERSEDED"),
                            List.of("SUPERSEDED"),
                            List.of(),
                            List.of());
            assertThat(operator.cli("gc", "--explain", "rates").done().out())
                    .contains("number 1 of the newest 2")
                    .contains("one of the newest two for *")
                    .contains("the exported head of a region names it")
                    .contains("live consumers run it")
                    .contains("by audit: the audit")
                    .contains("app=old by ")
                    .contains("cannot")
                    .containsPattern("(?m)^ +8  STAGED .* next +nothing keeps it$")
                    .containsPattern("(?m)^ +3  PUBLISHED .* 20\\S+Z +SUPERSEDED: run until 20");
            JsonObject total = operator.total("rates");
            assertThat(total.get("versions").getAsLong()).isEqualTo(10);
            assertThat(total.get("goes").getAsLong())
                    .as("with whom consumers run left out")
                    .isEqualTo(4);
            assertThat(operator.cli("gc", "--dry-run").done().out())
                    .containsPattern("(?m)^ *rates +10 +39 B +4 +")
                    .contains("all of these");

            Ran stopped = operator.cli("housekeeping", "run", "retention");
            assertThat(stopped.status()).as("%s", stopped).isEqualTo(1);
            assertThat(stopped.out()).startsWith("retention: FAILED").contains("(rates 4)");
            String word = stopped.out().replaceAll("(?s).*--confirm ([0-9a-f]+).*", "$1");
            assertThat(operator.cli("status").done().out())
                    .contains("retention stopped: 4 versions of 1 topics")
                    .contains("--confirm " + word);
            assertThat(operator.cli("housekeeping", "run", "retention", "--confirm", word)
                            .done()
                            .out())
                    .startsWith("retention: DONE");
        }
        List<JsonObject> versions = list(operator.json("gc", "--explain", "rates"), "versions");
        assertThat(versions)
                .filteredOn(version -> version.has("deletedAt"))
                .allSatisfy(version -> assertThat(version.has("bytesGoneAt")).isTrue())
                .extracting(version -> version.get("version").getAsLong())
                .containsExactly(8L, 2L, 1L);
        assertRefused(operator.cli("get", "rates", "--version", "8"), "GONE", "octavo:retention");
        assertThat(operator.payload("rates", 3)).isEqualTo("three");
    }

    @Test
    void aVersionIsDeletedByHandUnlessSomebodyIsGivenItAndATopicComesBack() throws Exception {
        operator.publish("leaks", "one");
        operator.publish("leaks", "two");
        assertRefused(
                operator.cli("delete", "leaks", "2", "--reason", "names", "--yes"), "VERSION_IN_USE", "published to *");
        assertThat(operator.cli("delete", "leaks", "1", "--reason", "names", "--dry-run")
                        .done()
                        .out())
                .contains("version 1 of leaks, for ever", "Nothing was changed: this was a dry run");
        assertThat(operator.payload("leaks", 1)).isEqualTo("one");

        JsonObject deleted = operator.json("delete", "leaks", "1", "--reason", "names", "--yes");
        assertThat(deleted.has("undo")).as("%s", deleted).isFalse();
        assertRefused(operator.cli("get", "leaks", "--version", "1"), "GONE", "names");
        assertThat(operator.cli("gc", "--explain", "leaks").done().out())
                .containsPattern("(?m)^ +1  DELETED .* gone +since 20\\S+Z, its bytes are still to go$");
        await().atMost(BOUND).until(() -> {
            operator.runs(List.of("export", "retention"));
            return operator.kept("leaks").get(1).has("bytesGoneAt");
        });

        Ran gone = operator.cli("delete", "leaks", "--reason", "over", "--yes").done();
        assertThat(gone.out()).startsWith("Deleted leaks\n").contains("undo  octavo delete leaks ");
        assertRefused(operator.cli("get", "leaks"), "TOPIC_NOT_FOUND", "over");
        assertThat(texts(operator.kept("leaks"), "stays").get(0)).contains("UNDOABLE");
        String undo = gone.out().replaceAll("(?s).*undo  octavo (.*?)\n.*", "$1");
        Ran undone = stack.run(
                stack.newFolder(), Map.of(), List.of("sh", "-c", stack.root() + "/octavo " + undo + " --yes"));
        assertThat(undone.done().out()).startsWith("Restored leaks\n");
        assertThat(operator.payload("leaks", 2)).isEqualTo("two");
    }

    /** In the backup are two versions of prices; lost are three, one of which a pin names, a topic, and a deletion. */
    @Test
    void afterABackupOfTheMetadataAllGoesOnAboveWhatReadersHaveSeen() throws Exception {
        String large = "5".repeat(2 << 20);
        operator.publish("prices", "one");
        operator.publish("prices", "two");
        operator.publish("quiet", "always");
        operator.publish("doomed", "short");
        operator.runs(List.of("export"));
        stack.stop();
        Backup backup = Backup.of(stack.data().resolve("cassandra"));
        stack.startAgain();
        operator.awaitTasks();

        try (OctavoClient stays = operator.builder("stays").build();
                Subscription<String> prices =
                        stays.subscription("prices", Deserializers.utf8()).start()) {
            operator.publish("prices", "three");
            operator.publish("prices", "four");
            operator.publish("prices", large);
            operator.publish("late", "new");
            operator.rest().put("/topics/prices/pins?scope=app%3Dnight", "{\"version\":3,\"reason\":\"slow\"}");
            operator.cli("delete", "doomed", "--reason", "over", "--yes").done();
            awaitVersion(prices, 5);
            try (OctavoClient returns = operator.builder("returns").build()) {
                awaitVersion(
                        returns.subscription("prices", Deserializers.utf8()).start(), 5);
            }
            operator.runs(List.of("export"));
            stack.stop();
            backup.putBack();
            stack.startAgain();
            operator.awaitTasks();

            assertThat(operator.numbers("prices")).containsExactly(2L, 1L);
            await().atMost(BOUND)
                    .untilAsserted(() -> assertThat(list(operator.rest().get("/consumers?topic=prices"), "consumers"))
                            .as("who listens no more, for it has seen newer state")
                            .anySatisfy(consumer -> {
                                assertThat(consumer.get("instance").getAsString())
                                        .isEqualTo("stays");
                                assertThat(consumer.get("version").getAsLong()).isEqualTo(5);
                                assertThat(consumer.get("resolvedVersion").getAsLong())
                                        .isEqualTo(2);
                            }));
            Ran ahead = operator.cli("fallback", "verify");
            assertThat(ahead.status()).as("%s", ahead).isEqualTo(1);
            assertThat(ahead.out())
                    .containsPattern("(?m)^ *doomed +local +AHEAD ")
                    .containsPattern("(?m)^ *late +local +AHEAD .*the log doesn't know the topic")
                    .containsPattern("(?m)^ *prices +local +AHEAD +- +2 +6 ")
                    .contains("octavo help restore")
                    .doesNotContain("quiet");
            assertThat(operator.cli("status").done().out()).contains("newer state than the log: 3; ");

            JsonObject plan = operator.json("restore", "--dry-run");
            assertThat(plan.get("dryRun").getAsBoolean()).isTrue();
            assertThat(plan.get("newer").getAsLong()).isEqualTo(3);
            assertThat(plan.get("unknown").getAsLong()).isEqualTo(1);
            long topics = plan.get("topics").getAsLong();
            assertThat(operator.numbers("prices")).containsExactly(2L, 1L);
            Ran restored = operator.cli("restore", "--yes").done();
            assertThat(restored.err()).contains(topics + " go on in a new epoch");
            assertThat(restored.out())
                    .containsPattern("Restored " + topics + " of " + topics + " topics in epoch \\d+; of 3 newer state"
                            + " came back from a fallback cache, 1 of them the log did not know");

            assertThat(operator.numbers("prices")).containsExactly(5L, 3L, 2L, 1L);
            assertThat(operator.rest().latest("prices", "night")).isEqualTo("3 by PIN of app=night");
            assertThat(operator.payload("prices", 3)).isEqualTo("three");
            assertThat(operator.payload("late", 1)).isEqualTo("new");
            assertThat(operator.rest().get("/topics/doomed").has("deleted")).isTrue();
            operator.cli("delete", "doomed", "--undo", "--reason", "not yet", "--yes")
                    .done();
            assertThat(operator.payload("doomed", 1)).isEqualTo("short");

            try (OctavoClient returns = operator.builder("returns").build();
                    Subscription<String> again =
                            returns.subscription("prices", Deserializers.utf8()).start()) {
                assertThat(again.awaitValue(BOUND)).isEqualTo(large);
                operator.publish("prices", "six");
                awaitVersion(again, 6);
            }
            awaitVersion(prices, 6);
            assertThat(prices.get()).isEqualTo("six");
        }
        operator.runs(List.of("export", "repair", "retention", "sweep"));
        assertThat(operator.rest().get("/status").has("found")).isFalse();
        JsonObject verified = operator.json("fallback", "verify");
        assertThat(list(verified, "differences")).isEmpty();
        assertThat(verified.get("topics").getAsLong()).isGreaterThanOrEqualTo(4);
        assertThat(verified.get("payloads").getAsLong()).isGreaterThanOrEqualTo(4);
        assertThat(operator.payload("prices", 5)).isEqualTo(large);
        assertThat(operator.payload("prices", 3)).isEqualTo("three");
    }

    private static void awaitVersion(Subscription<String> subscription, long version) {
        await().atMost(BOUND).until(() -> subscription.state().version(), Long.valueOf(version)::equals);
    }
}
