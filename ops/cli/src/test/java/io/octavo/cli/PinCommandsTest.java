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
                            {"topic":"prices","revision":9,"pins":[{"scope":"region=eu,app=recs","version":3}]}"""))
            .on("PUT " + PINS, TestServer.write("""
                            {"topic":"prices","revision":10,"pin":{"scope":"region=eu","version":6},"newerVersions":2,
                             "impact":[{"scope":"region=eu","from":8,"to":6,"instances":120}],
                             "ui":"http://octavo/ui","undo":"octavo unpin prices --scope region=eu --reason undo"}"""))
            .on("DELETE " + PINS, TestServer.write("""
                            {"topic":"prices","revision":11,"undo":"octavo pin again",
                             "impact":[{"scope":"region=eu,app=recs","from":3,"to":8}]}"""));

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
                        Pin          prices to version 6 for region=eu, until 2026-11-22T14:00:00Z
                        Reason       bad data
                        Stay pinned  region=eu,app=recs
                         SCOPE      FROM  TO  INSTANCES
                         region=eu     8   6        120
                        Go ahead? [y/N] """.formatted(server.address()) + " ");
        assertThat(run.out()).isEqualTo("""
                        Pinned prices to version 6 for region=eu; 2 newer versions wait
                          ui    http://octavo/ui
                          undo  octavo unpin prices --scope region=eu --reason undo
                        """);
        TestServer.Request request = server.change();
        assertThat(request.target()).isEqualTo(PINS + "?scope=region%3Deu");
        assertThat(request.header("Content-Type")).isEqualTo("application/json");
        assertThat(request.header("Octavo-Who")).isEqualTo("ann@h?r");
        assertThat(request.bodyText())
                .isEqualTo("{\"version\":6,\"reason\":\"bad data\",\"expiresAt\":\"2026-11-22T14:00:00Z\"}");
    }

    @Test
    void aQuestionIsAskedEvenIfTheResultIsJson() {
        Run run = Run.against(server).terminal("yes\n");
        assertThat(run.status(pin("--json"))).isZero();
        assertThat(run.err()).contains("production").endsWith("Go ahead? [y/N] ");
        assertThat(run.json().path("newerVersions").asInt()).isEqualTo(2);
    }

    @Test
    void anExpiryIsRepeatedAsTheMomentThatItWas() {
        server.on("PUT " + PINS, TestServer.silence());
        Run run = Run.against(server);
        assertThat(run.status(pin("--expires", "2h", "--yes", "--json"))).isEqualTo(3);
        assertThat(run.errorJson().path("repeat").asString()).contains(" --expires 2026-11-22T14:00:00Z ");
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
                .contains(" region=eu,app=recs     3   8\n");
        assertThat(run.out()).isEqualTo("Unpinned prices for region=eu,app=recs\n  undo  octavo pin again\n");
        TestServer.Request request = server.change();
        assertThat(request.method()).isEqualTo("DELETE");
        assertThat(request.target()).isEqualTo(PINS + "?scope=region%3Deu%2Capp%3Drecs&reason=re%20paired");
        assertThat(request.body()).isEmpty();
    }

    @Test
    void aScopeWithoutPinsWithinItSaysSo() {
        server.on("GET /api/v1/topics/prices", TestServer.json(200, "{\"pins\":[]}"));
        Run run = Run.against(server);
        assertThat(run.status(pin("--yes"))).isZero();
        assertThat(run.err()).contains("Stay pinned  no scope within it");
    }

    @Test
    void wrongArgumentsAreFoundBeforeAnythingIsSent() {
        String[][] wrong = {
            {"pin", "prices", "6", "--reason", "r", "--yes"},
            {"pin", "prices", "6", "--scope", "*", "--reason", "r", "--yes", "--idempotency-key", "a b"},
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
