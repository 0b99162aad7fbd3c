package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PinCommandsTest {
    private static final String PINS = "/api/v1/topics/prices/pins";

    private final TestServer server = new TestServer()
            .on("GET /api/v1/status", TestServer.json(200, "{\"environment\":\"production\",\"ready\":true}"))
            .on("GET /api/v1/topics/prices", TestServer.json(200, """
                            {"topic":"prices","revision":9,"newestVersion":9,"publications":[
                              {"scope":"*","version":7},{"scope":"region=eu","version":8},
                              {"scope":"region=eu","version":9,"share":500}],
                             "pins":[{"scope":"region=eu,app=recs","version":3}]}"""))
            .on("PUT " + PINS, TestServer.json(200, """
                            {"topic":"prices","revision":10,"pin":{"scope":"region=eu","version":6},"newerVersions":2,
                             "ui":"http://octavo/ui","undo":"octavo unpin prices --scope region=eu --reason undo"}"""))
            .on(
                    "DELETE " + PINS,
                    TestServer.json(200, "{\"topic\":\"prices\",\"revision\":11,\"undo\":\"octavo pin again\"}"));

    @AfterEach
    void stop() {
        server.close();
    }

    private static String[] pin(String... more) {
        return Stream.concat(
                        Stream.of("pin", "prices", "6", "--scope", "region=eu", "--reason", "bad data"),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    private static String[] unpin(String... more) {
        return Stream.concat(
                        Stream.of("unpin", "prices", "--scope", "app=recs,region=eu", "--reason", "re paired"),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    @Test
    void showsWhatChangesAndPinsWhenThePersonSaysYes() {
        Run run = Run.against(server).terminal("y\n");
        assertThat(run.status(pin("--expires", "2h"))).isZero();
        assertThat(run.err()).isEqualTo("""
                        Environment  production at %s
                        Pin          prices for region=eu, until 2026-11-22T14:00:00Z
                        From → to    version 8 (published to region=eu) → version 6
                        Reason       bad data
                        Pins that stay  region=eu,app=recs
                        Go ahead? [y/N] """.formatted(server.address()) + " ");
        assertThat(run.out()).isEqualTo("""
                        Pinned prices to version 6 for region=eu; 2 newer versions wait
                          ui    http://octavo/ui
                          undo  octavo unpin prices --scope region=eu --reason undo
                        """);
        TestServer.Request request = server.request("PUT");
        assertThat(request.target()).isEqualTo(PINS + "?scope=region%3Deu");
        assertThat(request.header("Content-Type")).isEqualTo("application/json");
        assertThat(request.header("Octavo-Who")).isEqualTo("ann@h?r");
        assertThat(request.bodyText())
                .isEqualTo("{\"version\":6,\"reason\":\"bad data\",\"expiresAt\":\"2026-11-22T14:00:00Z\"}");
    }

    @Test
    void anythingButYesChangesNothing() {
        for (String typed : new String[] {"\n", "n\n", "yep\n", ""}) {
            Run run = Run.against(server).terminal(typed);
            assertThat(run.status(pin())).isEqualTo(1);
            assertThat(run.err()).endsWith("octavo: nothing was changed\n");
        }
        assertThat(server.requests()).noneMatch(request -> request.method().equals("PUT"));
    }

    @Test
    void withoutATerminalYesIsNeededAndNothingIsAsked() {
        Run run = Run.against(server);
        assertThat(run.status(pin())).isEqualTo(2);
        assertThat(run.err()).startsWith("octavo: --yes is needed here: there is no terminal to ask on\n");
        assertThat(run.status(unpin())).isEqualTo(2);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void withYesNothingIsAsked() {
        Run run = Run.against(server);
        assertThat(run.status(pin("--yes", "--json"))).isZero();
        assertThat(run.json().path("undo").asString()).startsWith("octavo unpin");
        assertThat(run.err()).isEmpty();
        assertThat(server.request("PUT").bodyText()).isEqualTo("{\"version\":6,\"reason\":\"bad data\"}");
    }

    @Test
    void aQuestionIsAskedEvenIfTheResultIsJson() {
        Run run = Run.against(server).terminal("yes\n");
        assertThat(run.status(pin("--json"))).isZero();
        assertThat(run.err()).contains("production").endsWith("Go ahead? [y/N] ");
        assertThat(run.json().path("newerVersions").asInt()).isEqualTo(2);
    }

    @Test
    void aPinIsNotRepeatedByItself() {
        server.on("PUT " + PINS, TestServer.silence());
        Run run = Run.against(server);
        assertThat(run.status(pin("--yes"))).isEqualTo(3);
        assertThat(run.err()).contains("outcome unknown: ").contains("repeat the same command, safely");
        server.request("PUT");

        server.on("DELETE " + PINS, TestServer.problem(503, "UNAVAILABLE", "no quorum"));
        Run fault = Run.against(server);
        assertThat(fault.status(unpin("--yes"))).isEqualTo(3);
        assertThat(fault.err()).contains("outcome unknown: no quorum");
    }

    @Test
    void theServersNoIsPassedOn() {
        server.on("PUT " + PINS, TestServer.problem(409, "QUARANTINED", "version 6 is quarantined"));
        Run run = Run.against(server);
        assertThat(run.status(pin("--yes"))).isEqualTo(1);
        assertThat(run.err()).endsWith("octavo: version 6 is quarantined (QUARANTINED)\n  request r-7\n");
    }

    @Test
    void unpinningTellsWhereTheScopeGoes() {
        Run run = Run.against(server).terminal("Y\n");
        assertThat(run.status(unpin())).isZero();
        assertThat(run.err())
                .contains("Unpin        prices for region=eu,app=recs\n")
                .contains(
                        "From → to    version 3 (pinned for region=eu,app=recs) → version 8 (published to region=eu)");
        assertThat(run.out()).isEqualTo("Unpinned prices for region=eu,app=recs\n  undo  octavo pin again\n");
        TestServer.Request request = server.request("DELETE");
        assertThat(request.target()).isEqualTo(PINS + "?scope=region%3Deu%2Capp%3Drecs&reason=re%20paired");
        assertThat(request.body()).isEmpty();
    }

    @Test
    void aScopeWithoutAPinCantBeUnpinned() {
        Run run = Run.against(server);
        assertThat(run.status("unpin", "prices", "--scope", "*", "--reason", "x", "--yes"))
                .isEqualTo(1);
        assertThat(run.err())
                .isEqualTo("octavo: --scope: * (expected: a scope of prices that has a pin: region=eu,app=recs)\n");
    }

    @Test
    void aScopeToWhichNothingWasPublishedHasNothing() {
        server.on("GET /api/v1/topics/prices", TestServer.json(200, "{\"publications\":[],\"pins\":[]}"));
        Run run = Run.against(server);
        assertThat(run.status(pin("--yes"))).isZero();
        assertThat(run.err()).contains("From → to    nothing → version 6").contains("No scope within it has a pin");
    }

    @Test
    void wrongArgumentsAreFoundBeforeAnythingIsSent() {
        String[][] wrong = {
            {"pin", "prices", "6", "--reason", "r", "--yes"},
            {"pin", "prices", "6", "--scope", "*", "--yes"},
            {"pin", "prices", "6", "--scope", "", "--reason", "r", "--yes"},
            {"pin", "prices", "6", "--scope", "*", "--reason", " ", "--yes"},
            {"pin", "prices", "0", "--scope", "*", "--reason", "r", "--yes"},
            {"pin", "prices", "six", "--scope", "*", "--reason", "r", "--yes"},
            {"pin", "prices", "6", "--scope", "*", "--reason", "r", "--expires", "soon", "--yes"},
            {"pin", "prices", "6", "--scope", "*", "--reason", "r", "--expires", "0s", "--yes"},
            {"pin", "prices", "6", "--scope", "*", "--reason", "r", "--expires", "2026-11-22T11:59:59Z", "--yes"},
            {"unpin", "prices", "--scope", "*", "--reason", "", "--yes"},
            {"unpin", "PRICES", "--scope", "*", "--reason", "r", "--yes"},
        };
        for (String[] arguments : wrong) {
            assertThat(Run.against(server).status(arguments))
                    .as(String.join(" ", arguments))
                    .isEqualTo(2);
        }
        assertThat(server.requests()).isEmpty();
    }
}
