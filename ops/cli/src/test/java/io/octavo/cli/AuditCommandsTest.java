package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The commands that tell why things are as they are: explain, changes, audit, pins, scopes list. */
class AuditCommandsTest {
    private static final String EVENTS = """
            {"events":[{"topic":"prices","revision":9,"at":"2026-11-22T11:58:00.123Z","by":"ann","kind":"PIN",\
            "version":6,"scopes":["*","app=x"],"reason":"bad\\u001b data"},\
            {"topic":"prices","revision":8,"at":"2026-11-22T11:57:00Z","by":"bob","kind":"SETTINGS","scopes":[]}]}""";

    private final TestServer server = new TestServer();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void explainTellsTheVersionAndWhy() {
        server.on("GET /api/v1/topics/prices/explain", TestServer.json(200, """
                        {"topic":"prices","version":6,"kind":"PIN","scope":"region=eu","revision":9,
                         "because":["region=eu is pinned to version 6 by ann","version 7 waits"]}"""));
        Run run = Run.against(server);
        assertThat(run.status("explain", "prices", "--region", "eu", "--instance", "i1", "--at", "1h"))
                .isZero();
        assertThat(run.out()).isEqualTo("""
                        prices for region=eu at 2026-11-22T11:00:00Z: version 6, by the pin of region=eu
                          region=eu is pinned to version 6 by ann
                          version 7 waits
                        """);
        assertThat(server.request("GET").target())
                .isEqualTo("/api/v1/topics/prices/explain?region=eu&instance=i1&at=2026-11-22T11%3A00%3A00Z");
        Run json = Run.against(server);
        assertThat(json.status("explain", "prices", "--json")).isZero();
        assertThat(json.json().path("kind").asString()).isEqualTo("PIN");
    }

    @Test
    void explainAsksForWhatIsNotOldButNotOfThePast() {
        server.on(
                "GET /api/v1/topics/prices/explain",
                TestServer.json(200, "{\"topic\":\"prices\",\"kind\":\"NOTHING\"}"));
        assertThat(Run.against(server).status("explain", "prices", "--strict", "--min-revision", "7"))
                .isZero();
        assertThat(server.request("GET").target()).isEqualTo("/api/v1/topics/prices/explain?strict=true&minRevision=7");
        assertThat(Run.against(server).status("explain", "prices", "--strict", "--at", "1h"))
                .isEqualTo(2);
        assertThat(Run.against(server).status("explain", "prices", "--min-revision", "0"))
                .isEqualTo(2);
    }

    @Test
    void explainTellsWhenThereIsNothing() {
        server.on(
                "GET /api/v1/topics/prices/explain",
                TestServer.json(200, "{\"topic\":\"prices\",\"kind\":\"NOTHING\",\"because\":[\"never published\"]}"));
        Run run = Run.against(server);
        assertThat(run.status("explain", "prices")).isZero();
        assertThat(run.out()).isEqualTo("prices for *: nothing\n  never published\n");
        assertThat(Run.against(server).status("explain", "prices", "--at", "tomorrow"))
                .isEqualTo(2);
    }

    @Test
    void whatMayBeGoneIsSaid() {
        String cut = EVENTS.replace("]}]}", "]}],\"completeSince\":\"2026-11-22T11:30:00Z\"}");
        server.on("GET /api/v1/events", TestServer.json(200, cut));
        server.on("GET /api/v1/topics/prices/events", TestServer.json(200, cut));
        for (String[] words : new String[][] {{"changes"}, {"audit", "prices"}}) {
            Run run = Run.against(server);
            assertThat(run.status(words)).isZero();
            assertThat(run.err()).contains("What was done before 2026-11-22T11:30:00Z may be gone");
        }
        Run json = Run.against(server);
        assertThat(json.status("changes", "--json")).isZero();
        assertThat(json.json().get("completeSince").stringValue()).isEqualTo("2026-11-22T11:30:00Z");
    }

    @Test
    void changesAreThoseOfTheLastHour() {
        server.on("GET /api/v1/events", TestServer.json(200, EVENTS));
        Run run = Run.against(server);
        assertThat(run.status("changes")).isZero();
        assertThat(run.out()).isEqualTo("""
                         AT                    TOPIC   REVISION  KIND      VERSION  SCOPES   BY   REASON
                         2026-11-22T11:58:00Z  prices         9  PIN             6  * app=x  ann  bad\uFFFD data
                         2026-11-22T11:57:00Z  prices         8  SETTINGS        -  -        bob  -
                        """);
        assertThat(server.request("GET").target()).isEqualTo("/api/v1/events?since=2026-11-22T11%3A00%3A00Z&limit=100");
    }

    @Test
    void changesAreNarrowed() {
        server.on("GET /api/v1/events", TestServer.json(200, "{\"events\":[]}"));
        Run run = Run.against(server);
        assertThat(run.status(
                        "changes",
                        "--since",
                        "2d",
                        "--topic",
                        "prices",
                        "--who",
                        "a b",
                        "--kind",
                        "rollback",
                        "--limit",
                        "5",
                        "--json"))
                .isZero();
        assertThat(run.out()).isEqualTo("{\"events\":[]}\n");
        assertThat(server.request("GET").target())
                .isEqualTo(
                        "/api/v1/events?since=2026-11-20T12%3A00%3A00Z&topic=prices&who=a%20b&kind=ROLLBACK&limit=5");
        assertThat(Run.against(server).status("changes", "--since", "soon")).isEqualTo(2);
        assertThat(Run.against(server).status("changes", "--topic", "NO")).isEqualTo(2);
    }

    @Test
    void auditIsOfOneTopic() {
        server.on("GET /api/v1/topics/prices/events", TestServer.json(200, EVENTS));
        Run run = Run.against(server);
        assertThat(run.status("audit", "prices", "--limit", "2")).isZero();
        assertThat(run.out())
                .startsWith(" AT                    REVISION  KIND ")
                .contains("bob");
        Run json = Run.against(server);
        assertThat(json.status("audit", "prices", "--json")).isZero();
        assertThat(json.out()).isEqualTo(EVENTS.replace("\\u001b", "\\u001B") + "\n");
    }

    @Test
    void pinsComeTheOldestFirstWhateverPageTheyAreOn() {
        String young = "{\"topic\":\"b\",\"scope\":\"*\",\"version\":2,\"by\":\"ann\",\"at\":\"2026-11-22T11:00:00Z\","
                + "\"reason\":\"r\",\"newerVersions\":0}";
        String old = "{\"topic\":\"a\",\"scope\":\"region=eu\",\"version\":1,\"by\":\"bob\","
                + "\"at\":\"2026-11-12T12:00:00Z\",\"reason\":\"bad data\",\"expiresAt\":\"2026-11-23T12:00:00Z\","
                + "\"newerVersions\":12}";
        server.on(
                "GET /api/v1/pins",
                TestServer.json(200, "{\"pins\":[" + young + "],\"nextPageToken\":\"n\"}"),
                TestServer.json(200, "{\"pins\":[" + old + "]}"));
        Run run = Run.against(server);
        assertThat(run.status("pins")).isZero();
        assertThat(run.out()).isEqualTo("""
                         TOPIC  SCOPE      VERSION  NEWER     AGE  BY   REASON    EXPIRES
                         a      region=eu        1     12    10 d  bob  bad data  2026-11-23T12:00:00Z
                         b      *                2      0  60 min  ann  r         -
                        """);
        server.on("GET /api/v1/pins", TestServer.json(200, "{\"pins\":[" + young + "," + old + "]}"));
        Run json = Run.against(server);
        assertThat(json.status("pins", "--json")).isZero();
        assertThat(json.out()).isEqualTo("{\"pins\":[" + old + "," + young + "]}\n");
    }

    @Test
    void scopesOfATopicAndOfAVersionAreListed() {
        server.on("GET /api/v1/topics/prices", TestServer.json(200, """
                        {"topic":"prices","publications":[{"scope":"*","version":7,"at":"2026-11-22T11:00:00Z","by":"ann"},
                          {"scope":"region=eu","version":8,"share":500}]}"""))
                .on("GET /api/v1/topics/prices/versions/7", TestServer.json(200, """
                        {"version":7,"publications":[{"scope":"*","withdrawnAt":"2026-11-22T11:30:00Z"}]}"""));
        Run topic = Run.against(server);
        assertThat(topic.status("scopes", "list", "prices")).isZero();
        assertThat(topic.out()).isEqualTo("""
                         SCOPE      VERSION  SHARE  AT                    BY   WITHDRAWN
                         *                7      -  2026-11-22T11:00:00Z  ann  -
                         region=eu        8    500  -                     -    -
                        """);
        Run version = Run.against(server);
        assertThat(version.status("scopes", "list", "prices", "7")).isZero();
        assertThat(version.out()).contains(" *            7      -  -   -   2026-11-22T11:30:00Z\n");
        Run json = Run.against(server);
        assertThat(json.status("scopes", "list", "prices", "7", "--json")).isZero();
        assertThat(json.json().path("version").asInt()).isEqualTo(7);
        assertThat(Run.against(server).status("scopes", "list", "prices", "0")).isEqualTo(2);
    }
}
