package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HousekeepingCommandsTest {
    private static final String RUN = """
            {"task":"sweep","startedAt":"2026-11-22T11:59:00Z","outcome":"%s","examined":7,"done":3,"failed":%d,\
            "tookMillis":1500%s}""";
    private static final String EARLIER = RUN.formatted("DONE", 0, "");
    private static final String DONE = RUN.replace("11:59:00", "12:00:00").formatted("DONE", 0, "");
    private static final String FAILED =
            RUN.replace("11:59:00", "12:00:00").formatted("FAILED", 1, ",\"error\":\"eu is away\"");
    private static final String ASK = "POST /api/v1/housekeeping/sweep/runs";
    private static final String LIST = "GET /api/v1/housekeeping";

    private final TestServer server = new TestServer()
            .on("GET /api/v1/status", TestServer.json(200, """
                            {"environment":"test","nodes":[
                              {"node":"n1","roles":["publish"],"http":"http://n1:8080"},
                              {"node":"n2","roles":["subscribe","housekeeping"],"http":"http://n2:8080"}]}"""))
            .on(LIST, tasks(EARLIER, false))
            .on(ASK, TestServer.json(202, task(EARLIER, false)));

    private static String task(String lastAsked, boolean pending) {
        return "{\"task\":\"sweep\",\"intervalMillis\":600000,\"leader\":\"n2\"," + (pending ? "\"pending\":true," : "")
                + "\"lastRun\":" + lastAsked + ",\"lastAskedRun\":" + lastAsked + "}";
    }

    private static TestServer.Reply tasks(String lastAsked, boolean pending) {
        return TestServer.json(
                200, "{\"tasks\":[{\"task\":\"expiry\",\"intervalMillis\":1000}," + task(lastAsked, pending) + "]}");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theTasksAreListedWithTheirLastRuns() {
        server.on(LIST, tasks(FAILED, false));
        Run run = Run.against(server);
        assertThat(run.status("housekeeping")).isZero();
        assertThat(run.out()).isEqualTo("""
                         TASK    LED BY  LAST RUN  OUTCOME   TOOK  EXAMINED  DONE  FAILED  ERROR
                         expiry  -              -  -            -         -     -       -  -
                         sweep   n2           0 s  FAILED   1.5 s         7     3       1  eu is away
                        """);
        Run json = Run.against(server);
        assertThat(json.status("housekeeping", "--json")).isZero();
        assertThat(json.json().get("tasks").get(1).get("leader").stringValue()).isEqualTo("n2");
    }

    @Test
    void whatIsStoppedIsToldAndWhoKnowsOfTasksThatAreLedElsewhere() {
        server.on(LIST, TestServer.json(200, """
                        {"tasks":[{"task":"expiry","intervalMillis":1000,"leader":"n2","ledElsewhere":true},
                         {"task":"retention","intervalMillis":1000,"leader":"n1","stopped":"waits for a word"},
                         {"task":"idle","intervalMillis":1000,"leader":"n1","found":"topics that nobody uses: 3"}]}"""));
        Run run = Run.against(server);
        assertThat(run.status("housekeeping")).isZero();
        assertThat(run.out()).endsWith("retention waits for a word\ntopics that nobody uses: 3\n");
        assertThat(run.err())
                .contains("n2 leads expiry", "octavo housekeeping --server http://n2:8080")
                .doesNotContain("n1 leads");
    }

    @Test
    void aRunIsWaitedForAndTold() {
        server.on(LIST, tasks(EARLIER, false), tasks(EARLIER, true), tasks(EARLIER, true), tasks(DONE, false));
        Run run = Run.against(server);
        assertThat(run.status("housekeeping", "run", "sweep")).isZero();
        assertThat(run.out()).isEqualTo("sweep: DONE in 1.5 s, 7 examined, 3 done, 0 failed\n");
        assertThat(run.pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(1));
        assertThat(server.change().target()).isEqualTo("/api/v1/housekeeping/sweep/runs?noWait=true");
    }

    @Test
    void whatWasStoppedIsConfirmed() {
        server.on(LIST, tasks(EARLIER, false), tasks(DONE, false));
        assertThat(Run.against(server).status("housekeeping", "run", "sweep", "--confirm", "1f2e3d4c"))
                .isZero();
        assertThat(server.change().target()).isEqualTo("/api/v1/housekeeping/sweep/runs?noWait=true&confirm=1f2e3d4c");
    }

    @Test
    void aRunThatFailedOrDidNotTakePlaceIsAFailure() {
        server.on(LIST, tasks(EARLIER, false), tasks(FAILED, false));
        Run failed = Run.against(server);
        assertThat(failed.status("housekeeping", "run", "sweep", "--json")).isEqualTo(1);
        assertThat(failed.json().get("error").stringValue()).isEqualTo("eu is away");
        server.on(LIST, tasks(EARLIER, false));
        Run none = Run.against(server);
        assertThat(none.status("housekeeping", "run", "sweep")).isEqualTo(1);
        assertThat(none.err()).contains("the run of sweep did not take place");
    }

    @Test
    void waitingEndsWithItsTimeAndNeedNotBeginAtAll() {
        server.on(LIST, tasks(EARLIER, false), tasks(EARLIER, true));
        Run vain = Run.against(server).terminal("");
        assertThat(vain.status("housekeeping", "run", "sweep", "--timeout", "3s"))
                .isEqualTo(4);
        assertThat(vain.pauses).hasSize(3);
        assertThat(vain.err()).contains("sweep: running for 2 s").contains("has not ended within 3s; it goes on");
        Run noWait = Run.against(server);
        assertThat(noWait.status("housekeeping", "run", "sweep", "--no-wait")).isZero();
        assertThat(noWait.out()).isEqualTo("A run of sweep is on its way; see: octavo housekeeping\n");
        assertThat(noWait.pauses).isEmpty();
        assertThat(Run.against(server).status("housekeeping", "run", "sweep", "--timeout", "soon"))
                .isEqualTo(2);
    }

    @Test
    void whoeverAsksTheWrongNodeIsToldTheRightOne() {
        server.on(ASK, TestServer.problem(409, "LED_ELSEWHERE", "n2 leads"));
        Run run = Run.against(server);
        assertThat(run.status("housekeeping", "run", "sweep")).isEqualTo(1);
        assertThat(run.err())
                .isEqualTo("octavo: sweep is led by the node n2, not by the one at " + server.address()
                        + "; ask that one: octavo housekeeping run sweep --server http://n2:8080\n");
        Run confirmed = Run.against(server);
        assertThat(confirmed.status("housekeeping", "run", "sweep", "--confirm", "1f2e3d4c"))
                .isEqualTo(1);
        assertThat(confirmed.err())
                .endsWith("octavo housekeeping run sweep --confirm 1f2e3d4c --server http://n2:8080\n");
        server.on(LIST, TestServer.problem(404, "NOT_FOUND", "no such address"));
        Run none = Run.against(server);
        assertThat(none.status("housekeeping")).isEqualTo(1);
        assertThat(none.err()).contains("does no housekeeping").contains("n2 at http://n2:8080");
    }

    @Test
    void anUnknownTaskIsRefusedWithTheKnownOnes() {
        Run run = Run.against(server);
        assertThat(run.status("housekeeping", "run", "clean")).isEqualTo(1);
        assertThat(run.err()).contains("TASK: clean (expected: one of expiry, sweep)");
        assertThat(server.changes()).isEmpty();
    }
}
