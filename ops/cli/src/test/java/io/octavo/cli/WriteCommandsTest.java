package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What every command that changes something does in the same way. */
class WriteCommandsTest {
    private static final String TOPIC = "/api/v1/topics/prices";
    private static final String ANSWER = """
            {"topic":"prices","version":7,"revision":10,"impact":[{"scope":"*","from":7,"to":6}],\
            "settings":{"owner":"shop"},"ui":"http://octavo/ui","undo":"octavo undo it"}""";

    private final TestServer server = new TestServer()
            .on("GET /api/v1/status", TestServer.json(200, "{\"environment\":\"production\"}"))
            .on("GET " + TOPIC, TestServer.json(200, "{\"topic\":\"prices\",\"revision\":9,\"settings\":{}}"));

    /** One of the commands, and what it sends to where. */
    record Change(String method, String path, List<String> words) {
        String request() {
            return method + " " + TOPIC + path;
        }

        String[] with(String... more) {
            return Stream.concat(words.stream(), Stream.of(more)).toArray(String[]::new);
        }

        @Override
        public String toString() {
            return String.join(" ", words);
        }
    }

    private static Change change(String method, String path, String... words) {
        return new Change(method, path, List.of(words));
    }

    static List<Change> changes() {
        return List.of(
                change("PUT", "/pins", "pin", "prices", "6", "--scope", "*", "--reason", "why not"),
                change("DELETE", "/pins", "unpin", "prices", "--scope", "*", "--reason", "why not"),
                change("POST", "/rollback", "rollback", "prices", "--reason", "why not"),
                change("PUT", "/versions/7/scopes", "scopes", "add", "prices", "7", "--scope", "region=eu"),
                change(
                        "DELETE",
                        "/versions/7/scopes",
                        "scopes",
                        "withdraw",
                        "prices",
                        "7",
                        "--scope",
                        "*",
                        "--reason",
                        "why not"),
                change("PUT", "/versions/7/quarantine", "quarantine", "prices", "7", "--reason", "why not"),
                change(
                        "DELETE",
                        "/versions/7/quarantine",
                        "quarantine",
                        "prices",
                        "7",
                        "--reason",
                        "why not",
                        "--lift"),
                change("PUT", "/versions/7/hold", "hold", "prices", "7", "--reason", "why not"),
                change("DELETE", "/versions/7/hold", "hold", "prices", "7", "--reason", "why not", "--release"),
                change("PATCH", "", "settings", "prices", "--set", "owner=shop"),
                change("PUT", "", "settings", "prices", "--replace", "{\"owner\":\"shop\"}"),
                change("DELETE", "", "delete", "prices", "--reason", "why not"),
                change("DELETE", "/versions/7", "delete", "prices", "7", "--reason", "why not"),
                change("POST", "/restore", "delete", "prices", "--reason", "why not", "--undo"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @MethodSource("changes")
    void showsTheEnvironmentAndTheImpactAndAsks(Change change) {
        server.on(change.request(), TestServer.write(ANSWER));
        Run run = Run.against(server).terminal("y\n");
        assertThat(run.status(change.with())).as(run.err()).isZero();
        assertThat(run.err())
                .startsWith("Environment  production at " + server.address() + "\n")
                .endsWith("Go ahead? [y/N] ");
        if (change.toString().contains("--reason")) {
            assertThat(run.err()).contains("Reason       why not\n");
        }
        assertThat(run.out()).endsWith("  ui    http://octavo/ui\n  undo  octavo undo it\n");
        TestServer.Request tried = server.requests().stream()
                .filter(request -> request.target().contains("dryRun=true"))
                .findFirst()
                .orElseThrow();
        assertThat(tried.header("Idempotency-Key")).isNull();
        assertThat(tried.bodyText()).isEqualTo(server.change().bodyText());
        assertThat(server.change().header("Idempotency-Key")).matches("[0-9a-f-]{36}");
    }

    @ParameterizedTest
    @MethodSource("changes")
    void anythingButYesChangesNothing(Change change) {
        server.on(change.request(), TestServer.write(ANSWER));
        for (String typed : new String[] {"\n", "n\n", "yep\n", ""}) {
            Run run = Run.against(server).terminal(typed);
            assertThat(run.status(change.with())).isEqualTo(1);
            assertThat(run.err()).endsWith("octavo: nothing was changed\n");
        }
        assertThat(server.changes()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("changes")
    void withoutATerminalYesIsNeededAndNothingIsSent(Change change) {
        Run run = Run.against(server);
        assertThat(run.status(change.with())).isEqualTo(2);
        assertThat(run.err()).startsWith("octavo: --yes is needed here: there is no terminal to ask on\n");
        assertThat(server.requests()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aDryRunPrintsTheImpactAndChangesNothing(Change change) {
        server.on(change.request(), TestServer.write(ANSWER));
        Run run = Run.against(server);
        assertThat(run.status(change.with("--dry-run"))).isZero();
        assertThat(run.out())
                .startsWith("Environment  production at ")
                .endsWith("Nothing was changed: this was a dry run\n");
        assertThat(run.err()).isEmpty();
        Run json = Run.against(server);
        assertThat(json.status(change.with("--dry-run", "--json"))).isZero();
        assertThat(json.json().path("dryRun").asBoolean()).isTrue();
        assertThat(json.json().path("impact").size()).isOne();
        assertThat(server.changes()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("changes")
    void forAScriptItIsOneChangeAndTheServersDocument(Change change) {
        server.on(change.request(), TestServer.write(ANSWER));
        Run run = Run.against(server);
        assertThat(run.status(change.with("--yes", "--json"))).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo(ANSWER + "\n");
        assertThat(run.err()).isEmpty();
        assertThat(server.requests()).noneMatch(request -> request.target().contains("dryRun"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void withoutAnAnswerItIsRepeatedUnderItsKeyAndThenTheCommandThatRepeatsItIsPrinted(Change change) {
        server.on(change.request(), TestServer.silence());
        Run run = Run.against(server);
        assertThat(run.status(change.with("--yes", "--json", "--token", "secret")))
                .isEqualTo(3);
        List<String> keys = server.changes().stream()
                .map(request -> String.valueOf(request.header("Idempotency-Key")))
                .toList();
        assertThat(keys).hasSize(Attempts.MOST).containsOnly(keys.get(0));
        assertThat(run.errorJson().path("code").asString()).isEqualTo("OUTCOME_UNKNOWN");
        assertThat(run.errorJson().path("idempotencyKey").asString()).isEqualTo(keys.get(0));
        String repeat = run.errorJson().path("repeat").asString();
        assertThat(repeat).endsWith(" --yes --idempotency-key " + keys.get(0)).doesNotContain("secret");
        String sent = server.changes().get(0).target() + server.changes().get(0).bodyText();

        server.on(change.request(), TestServer.write(ANSWER));
        Run again = Run.against(server);
        String[] words = Words.of(repeat.substring("octavo ".length()));
        assertThat(again.status(words)).as(repeat).isZero();
        TestServer.Request last = server.changes().get(Attempts.MOST);
        assertThat(last.target() + last.bodyText()).as(repeat).isEqualTo(sent);
        assertThat(last.header("Idempotency-Key")).isEqualTo(keys.get(0));
        assertThat(server.requests())
                .as("what may have been done is not tried again")
                .noneMatch(request -> request.target().contains("dryRun"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aServerThatDoesNotKnowDryRunsIsToldOfAndNothingElseIsSent(Change change) {
        server.on(change.request(), TestServer.json(200, ANSWER));
        Run run = Run.against(server);
        assertThat(run.status(change.with("--yes"))).isEqualTo(1);
        assertThat(run.err()).contains("the server didn't heed it and made the change, with revision 10");
        assertThat(server.requests().stream()
                        .filter(request -> !request.method().equals("GET")))
                .hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("changes")
    void theServersNoToTheDryRunIsTheAnswer(Change change) {
        server.on(change.request(), TestServer.problem(403, "PERMISSION_DENIED", "operator of prices needed"));
        Run run = Run.against(server).terminal("y\n");
        assertThat(run.status(change.with())).isEqualTo(1);
        assertThat(run.err()).contains("octavo: operator of prices needed (PERMISSION_DENIED)");
        assertThat(server.changes()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("changes")
    void theServerThatWasChosenIsNamedInTheRepetition(Change change) {
        server.on(change.request(), TestServer.silence());
        Run run = new Run();
        assertThat(run.status(change.with("--yes", "--json", "--server", server.address())))
                .isEqualTo(3);
        assertThat(run.errorJson().path("repeat").asString()).contains(" --server " + server.address() + " ");
    }

    @Test
    void everyCommandThatAsksIsInThisTest() {
        CommandLine whole = new Octavo(new Run().shell()).commandLine("help");
        List<String> asking = Commands.all(whole).entrySet().stream()
                .filter(entry -> entry.getValue().getCommandSpec().findOption("--dry-run") != null)
                .map(Map.Entry::getKey)
                // Two have ways and tests of their own, the third never does more than a dry run.
                .filter(name -> !List.of("publish", "restore", "gc").contains(name))
                .toList();
        assertThat(asking).hasSizeGreaterThan(5);
        assertThat(asking)
                .allSatisfy(name -> assertThat(changes())
                        .anyMatch(change -> change.toString().startsWith(name + " ")));
    }
}
