package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConsumersCommandTest {
    private static final String LIST = """
            {"consumers":[
              {"topic":"prices","region":"eu","app":"recs","cluster":"","instance":"web-1","version":8,"resolvedVersion":8,
               "state":"APPLIED","lagging":false,"since":"2026-11-22T11:00:00Z","seen":"2026-11-22T11:59:58Z"},
              {"topic":"prices","region":"eu","app":"recs","cluster":"","instance":"web-2","version":7,"resolvedVersion":8,
               "state":"FAILED","lagging":true,"error":"no such column","since":"2026-11-22T11:59:00Z",
               "seen":"2026-11-22T11:59:58Z"}],
             "nodesAnswered":2,"nodes":3}""";

    private final TestServer server = new TestServer()
            .on("GET /api/v1/consumers", TestServer.json(200, LIST))
            .on("GET /api/v1/topics/prices/consumers/counts", TestServer.json(200, """
                    {"topic":"prices","revision":9,"instances":3,"lagging":1,"failed":1,"counts":[
                      {"version":8,"resolvedVersion":8,"state":"APPLIED","lagging":false,"instances":2},
                      {"version":7,"resolvedVersion":8,"state":"FAILED","lagging":true,"instances":1}],
                     "failures":[{"error":"no such column","instances":1}],"nodesAnswered":2,"nodes":2,
                     "notRecorded":4}"""))
            .on("GET /api/v1/topics/prices/consumers/adoption", TestServer.json(200, """
                    {"topic":"prices","adoptions":[
                      {"version":7,"givenAt":"2026-11-22T11:59:00Z","pinned":true,"instances":3,"running":2,"adopted":2,
                       "p50Millis":812,"slowestMillis":4100,
                       "slowest":{"region":"eu","app":"recs","cluster":"","instance":"web-2"}},
                      {"version":8,"givenAt":"2026-11-22T10:00:00.5Z","pinned":false,"instances":0,"running":0,"adopted":9,
                       "p50Millis":900,"p90Millis":130000,"p99Millis":9000000,"slowestMillis":9000000,
                       "slowest":{"region":"eu","app":"recs","cluster":"","instance":"web-1"}}],
                     "nodesAnswered":2,"nodes":2}"""));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void listsWhatEachRunsAndSaysThatNotAllNodesAnswered() {
        Run run = Run.against(server);
        assertThat(run.status("consumers", "--topic", "prices", "--app", "recs", "--state", "failed", "--lagging"))
                .isZero();
        assertThat(run.out()).isEqualTo("""
                 TOPIC   CONSUMER            INSTANCE  RUNS  TO RUN  STATE       FOR  SEEN  ERROR
                 prices  region=eu,app=recs  web-1        8       8  APPLIED  60 min   2 s  -
                 prices  region=eu,app=recs  web-2        7       8  FAILED     60 s   2 s  no such column
                """);
        assertThat(run.err()).isEqualTo("2 of 3 nodes answered: there may be more.\n");
        assertThat(server.request("GET").target())
                .isEqualTo("/api/v1/consumers?topic=prices&app=recs&state=FAILED&lagging=true&limit=100");
    }

    @Test
    void theDocumentSaysHowManyNodesAnswered() {
        Run run = Run.against(server);
        assertThat(run.status("consumers", "--json")).isZero();
        assertThat(run.json().get("consumers")).hasSize(2);
        assertThat(run.json().get("nodesAnswered").asInt()).isEqualTo(2);
        assertThat(run.json().get("nodes").asInt()).isEqualTo(3);
    }

    @Test
    void countsByVersionWithReasons() {
        Run run = Run.against(server);
        assertThat(run.status("consumers", "--topic", "prices", "--count")).isZero();
        assertThat(run.out()).isEqualTo("""
                 RUNS  TO RUN  STATE    INSTANCES
                    8       8  APPLIED          2
                    7       8  FAILED           1
                  1 failed: no such column
                """);
        assertThat(run.err()).contains("About 4 instances more");
        assertThat(Run.against(server).status("consumers", "--count")).isEqualTo(2);
        assertThat(Run.against(server).status("consumers", "--adoption")).isEqualTo(2);
        assertThat(Run.against(server).status("consumers", "--topic", "prices", "--count", "--adoption"))
                .isEqualTo(2);
        assertThat(Run.against(server).status("consumers", "--topic", "prices", "--count", "--lagging"))
                .isEqualTo(2);
    }

    @Test
    void adoptionIsShownWithWhatIsStillToComeLeftOut() {
        Run run = Run.against(server);
        assertThat(run.status("consumers", "--topic", "prices", "--adoption")).isZero();
        assertThat(run.out()).isEqualTo("""
                 VERSION  GIVEN                 BY             50 %   90 %  99 %  SLOWEST  WHO    RUN IT NOW
                       7  2026-11-22T11:59:00Z  pin          812 ms      -     -    4.1 s  web-2      2 of 3
                       8  2026-11-22T10:00:00Z  publication  900 ms  2 min   2 h      2 h  web-1      0 of 0
                """);
    }
}
