package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WaitTest {
    private static final String COUNTS = "GET /api/v1/topics/prices/consumers/counts";
    private static final String NOT_YET = counts(8, 1, 2, "");
    private static final String DONE = counts(9, 3, 0, "");

    private final TestServer server = new TestServer()
            .on("GET /api/v1/status", TestServer.json(200, "{\"environment\":\"production\",\"ready\":true}"))
            .on("GET /api/v1/topics/prices", TestServer.json(200, "{\"topic\":\"prices\",\"revision\":9,\"pins\":[]}"))
            .on("GET /api/v1/consumers", TestServer.json(200, """
                    {"consumers":[{"topic":"prices","region":"eu","app":"","cluster":"","instance":"web-2","version":7,
                      "resolvedVersion":6,"state":"FAILED","lagging":true,"error":"no such column"}],
                     "nextPageToken":"x","nodesAnswered":1,"nodes":1}"""))
            .on("PUT /api/v1/topics/prices/pins", TestServer.write("""
                    {"topic":"prices","revision":9,"pin":{"scope":"*","version":6},"newerVersions":0,"impact":[]}"""))
            .on("POST /api/v1/topics/prices/rollback", TestServer.write("""
                    {"topic":"prices","revision":9,"impact":[],"moves":[{"scope":"*","from":7,"to":6}]}"""));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aPinIsDoneWhenAllRunIt() {
        server.on(
                COUNTS,
                TestServer.json(200, NOT_YET),
                TestServer.problem(503, "UNAVAILABLE", "not now"),
                TestServer.json(200, counts(9, 1, 2, "")),
                TestServer.json(200, DONE));
        Run run = Run.against(server);
        assertThat(run.status(pin("--wait", "100%"))).isZero();
        assertThat(run.err()).endsWith("3 of 3 live instances run version 6\n");
    }

    @Test
    void aPartOfThemMayBeEnough() {
        server.on(COUNTS, TestServer.json(200, counts(9, 1, 2, "")));
        assertThat(Run.against(server).status(pin("--wait", "33%"))).isZero();
        assertThat(Run.against(server).status(pin("--wait", "34%", "--wait-timeout", "1s")))
                .isEqualTo(4);
    }

    @Test
    void whoWaitsInVainIsToldWhoDoesNotRunItAndWhy() {
        server.on(COUNTS, TestServer.json(200, counts(9, 1, 2, "FAILED")));
        Run run = Run.against(server);
        assertThat(run.status(pin("--wait", "100%", "--wait-timeout", "2s"))).isEqualTo(4);
        assertThat(run.err())
                .contains("region=eu web-2 runs version 7, FAILED: no such column")
                .contains("octavo consumers --topic prices --lagging")
                .contains("waited 2 s in vain: 1 of 3 live instances run version 6, 2 failed (expected: 100 %)");
        assertThat(run.pauses.stream().reduce(Duration.ZERO, Duration::plus)).isEqualTo(Duration.ofSeconds(2));
        assertThat(run.out()).contains("Pinned prices to version 6");
    }

    @Test
    void scriptsAreToldByTheProblemAndTheStatus() {
        server.on(COUNTS, TestServer.json(200, counts(9, 1, 2, "FAILED")));
        Run run = Run.against(server);
        assertThat(run.status(pin("--wait", "100%", "--wait-timeout", "1s", "--json")))
                .isEqualTo(4);
        assertThat(run.json().get("revision").asInt()).isEqualTo(9);
        assertThat(run.errorJson().get("code").asString()).isEqualTo("WAITED_IN_VAIN");
        assertThat(run.errorJson().get("applied").asString()).isEqualTo("1");
        assertThat(run.errorJson().get("instances").asString()).isEqualTo("3");
    }

    @Test
    void whereNodesAreMissingNobodyCanSayThatItIsDone() {
        server.on(COUNTS, TestServer.json(200, DONE.replace("\"nodes\":1", "\"nodes\":2")));
        Run run = Run.against(server);
        assertThat(run.status(pin("--wait", "50%", "--wait-timeout", "1s"))).isEqualTo(4);
        assertThat(run.err()).contains("1 of 2 nodes answered");
    }

    @Test
    void aRollbackWaitsForTheVersionsThatItMovesTo() {
        server.on(COUNTS, TestServer.json(200, DONE));
        Run run = Run.against(server);
        assertThat(run.status("rollback", "prices", "--reason", "bad", "--yes", "--wait", "100%"))
                .isZero();
        assertThat(run.err()).endsWith("3 of 3 live instances run version 6\n");
    }

    @Test
    void whoeverIsOverriddenOrRunsSomethingElseIsNotWaitedFor() {
        server.on(COUNTS, TestServer.json(200, """
                {"topic":"prices","revision":9,"counts":[
                  {"version":3,"resolvedVersion":6,"state":"OVERRIDDEN","lagging":false,"instances":2},
                  {"version":3,"resolvedVersion":5,"state":"APPLIED","lagging":true,"instances":2}],
                 "nodesAnswered":1,"nodes":1}"""));
        Run run = Run.against(server);
        assertThat(run.status(pin("--wait", "100%"))).isZero();
        assertThat(run.err()).endsWith("No live instance is to run version 6\n");
    }

    @Test
    void whatCanNotBeWaitedForIsAUsageError() {
        for (String[] wrong : new String[][] {
            {"--wait", "0%"},
            {"--wait", "101%"},
            {"--wait", "all"},
            {"--wait-timeout", "5s"},
            {"--wait", "5%", "--dry-run"}
        }) {
            assertThat(Run.against(server).status(pin(wrong))).as(wrong[1]).isEqualTo(2);
        }
        assertThat(server.changes()).isEmpty();
    }

    @Test
    void aPersonSeesHowFarTheyAre() {
        server.on(COUNTS, TestServer.json(200, counts(9, 1, 2, "")), TestServer.json(200, DONE));
        Run run = Run.against(server).terminal("");
        assertThat(run.status(pin("--wait", "100%"))).isZero();
        assertThat(run.err())
                .contains("\r1 of 3 live instances run version 6")
                .endsWith("3 of 3 live instances run version 6\n");
    }

    private static String counts(long revision, int applied, int others, String state) {
        return """
                {"topic":"prices","revision":%d,"counts":[
                  {"version":6,"resolvedVersion":6,"state":"APPLIED","lagging":false,"instances":%d},
                  {"version":7,"resolvedVersion":6,"state":"%s","lagging":true,"instances":%d}],
                 "nodesAnswered":1,"nodes":1}""".formatted(revision, applied, state.isEmpty() ? "FETCHING" : state, others);
    }

    private static String[] pin(String... more) {
        return Stream.concat(
                        Stream.of("pin", "prices", "6", "--scope", "*", "--reason", "bad data", "--yes"),
                        Stream.of(more))
                .toArray(String[]::new);
    }
}
