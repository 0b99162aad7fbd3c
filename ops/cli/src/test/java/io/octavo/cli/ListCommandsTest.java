package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListCommandsTest {
    private static final String TOPICS = "GET /api/v1/topics";
    private static final String VERSIONS = "GET /api/v1/topics/prices/versions";
    private static final String SHA256 = "0123456789abcdef".repeat(4);

    private final TestServer server = new TestServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private static String version(int number, String state, String publications) {
        return """
            {"topic":"prices","version":%d,"publishedAt":"2026-11-22T11:58:00Z","publishedBy":"unverified:ann@laptop",\
            "size":1572864,"sha256":"%s","publications":[%s],"state":"%s","holds":[]}""".formatted(number, SHA256, publications, state);
    }

    @Test
    void historyIsATableForPeople() {
        server.on(
                VERSIONS,
                TestServer.json(
                        200,
                        "{\"versions\":["
                                + version(2, "PUBLISHED", "{\"scope\":\"region=eu\"},{\"scope\":\"*\",\"share\":5}")
                                + ","
                                + version(1, "STAGED", "{\"scope\":\"*\",\"withdrawnAt\":\"2026-11-22T11:59:00Z\"}")
                                + "]}"));
        Run run = Run.against(server);
        assertThat(run.status("history", "prices")).isZero();
        assertThat(run.out()).isEqualTo("""
                         VERSION  STATE        AGE  BY                        SIZE  SHA-256       SCOPES                 HOLDS
                               2  PUBLISHED  2 min  unverified:ann@laptop  1.5 MiB  0123456789ab  region=eu * (share 5)  -
                               1  STAGED     2 min  unverified:ann@laptop  1.5 MiB  0123456789ab  -                      -
                        """);
        assertThat(run.err()).isEmpty();
    }

    @Test
    void pagesAreFollowedUpToTheLimit() {
        server.on(
                VERSIONS,
                TestServer.json(200, "{\"versions\":[{\"version\":3},{\"version\":2}],\"nextPageToken\":\"a b\"}"),
                TestServer.json(200, "{\"versions\":[{\"version\":1}],\"nextPageToken\":\"c\"}"));
        Run run = Run.against(server);
        assertThat(run.status("history", "prices", "--limit", "3", "--json")).isZero();
        assertThat(run.out())
                .isEqualTo(
                        "{\"versions\":[{\"version\":3},{\"version\":2},{\"version\":1}],\"nextPageToken\":\"c\"}\n");
        assertThat(server.requests().stream().map(TestServer.Request::target))
                .containsExactly(
                        "/api/v1/topics/prices/versions?limit=3",
                        "/api/v1/topics/prices/versions?limit=1&pageToken=a%20b");
    }

    @Test
    void peopleAreToldThatThereIsMore() {
        server.on(VERSIONS, TestServer.json(200, "{\"versions\":[{\"version\":3}],\"nextPageToken\":\"a\"}"));
        Run run = Run.against(server);
        assertThat(run.status("history", "prices", "--limit", "1")).isZero();
        assertThat(run.err()).isEqualTo("There are more than these 1: see them with --limit.\n");
    }

    @Test
    void aListThatGoesNowhereIsNotFollowedForEver() {
        server.on(VERSIONS, TestServer.json(200, "{\"versions\":[],\"nextPageToken\":\"a\"}"));
        assertThat(Run.against(server).status("history", "prices")).isEqualTo(1);
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void aSearchGoesOnOverPagesWithNothingOnThem() {
        server.on(
                VERSIONS,
                TestServer.json(200, "{\"versions\":[],\"nextPageToken\":\"a\"}"),
                TestServer.json(200, "{\"versions\":[],\"nextPageToken\":\"b\"}"),
                TestServer.json(200, "{\"versions\":[{\"version\":1}]}"));
        Run run = Run.against(server);
        assertThat(run.status("history", "prices", "--meta", "a=b=c", "--meta", "git.commit=1", "--json"))
                .isZero();
        assertThat(run.json().path("versions").size()).isOne();
        assertThat(server.requests().get(0).target())
                .isEqualTo("/api/v1/topics/prices/versions?meta=a%3Db%3Dc&meta=git.commit%3D1&limit=100");
        assertThat(Run.against(server).status("history", "prices", "--meta", "novalue"))
                .isEqualTo(2);
    }

    @Test
    void readingIsRepeatedAFewTimes() {
        server.on(
                TOPICS,
                TestServer.silence(),
                TestServer.problem(503, "UNAVAILABLE", "starting"),
                TestServer.json(200, "{\"topics\":[]}"));
        assertThat(Run.against(server).status("topics", "--json")).isZero();

        server.on(TOPICS, TestServer.problem(503, "UNAVAILABLE", "starting", "Retry-After", "1"));
        Run run = Run.against(server);
        assertThat(run.status("topics")).isEqualTo(1);
        assertThat(run.pauses).hasSize(Api.READS - 1);
        assertThat(run.err()).startsWith("octavo: starting (UNAVAILABLE)");
    }

    @Test
    void topicsAreATableForPeople() {
        server.on(TOPICS, TestServer.json(200, """
                        {"topics":[{"topic":"prices","newestVersion":12,"pins":[{"scope":"*"}],
                          "settings":{"owner":"shop","description":"what things\\u001b[31m cost"}},
                         {"topic":"old","newestVersion":1,"pins":[],"settings":{},"deleted":true},
                         {"topic":"unused","newestVersion":2,"pins":[],"settings":{},
                          "archivedAt":"2026-07-20T12:00:00Z"}]}"""));
        Run run = Run.against(server);
        assertThat(run.status("topics", "--query", "a&b", "--owner", "shop")).isZero();
        assertThat(server.request("GET").target()).isEqualTo("/api/v1/topics?query=a%26b&owner=shop&limit=100");
        assertThat(run.out()).isEqualTo("""
                         TOPIC   NEWEST  PINS  OWNER  DESCRIPTION
                         prices      12     1  shop   what things\uFFFD[31m cost
                         old          1     0  -      (deleted)
                         unused       2     0  -      (archived)
                        """);
    }

    @Test
    void topicsThatNobodyUsesAreATableOfTheirOwn() {
        server.on("GET /api/v1/idle", TestServer.json(200, """
                        {"knownSince":"2026-01-01T00:00:00Z","topics":[
                         {"topic":"old","owner":"shop","publishedAt":"2026-01-21T12:00:00Z",
                          "consumedAt":"2026-07-20T12:00:00Z","state":"UNUSED","since":"2026-07-20T12:00:00Z",
                          "nextAt":"2026-11-30T12:00:00Z"},
                         {"topic":"older","publishedAt":"2025-11-22T12:00:00Z","state":"DELETABLE",
                          "since":"2026-01-01T00:00:00Z"}]}"""));
        Run run = Run.against(server);
        assertThat(run.status("topics", "--idle", "--owner", "shop")).isZero();
        assertThat(server.request("GET").target()).isEqualTo("/api/v1/idle?owner=shop&limit=100");
        assertThat(run.out()).isEqualTo("""
                         TOPIC  OWNER  LAST PUBLISHED  LAST CONSUMED  STATE        FOR  NEXT STATE AT
                         old    shop            305 d          125 d  UNUSED     125 d  2026-11-30T12:00:00Z
                         older  -               365 d      NOT KNOWN  DELETABLE  325 d  -
                        """);
        assertThat(run.err()).contains("noted since 2026-01-01T00:00:00Z");
        Run json = Run.against(server);
        assertThat(json.status("topics", "--idle", "--json")).isZero();
        assertThat(json.json().get("knownSince").stringValue()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(Run.against(server).status("topics", "--idle", "--query", "x"))
                .isEqualTo(2);
        server.on("GET /api/v1/idle", TestServer.json(200, "{\"topics\":[]}"));
        Run unknown = Run.against(server);
        assertThat(unknown.status("topics", "--idle")).isZero();
        assertThat(unknown.err()).contains("Nobody can say now");
    }

    @Test
    void aLimitHasBounds() {
        assertThat(Run.against(server).status("topics", "--limit", "0")).isEqualTo(2);
        assertThat(Run.against(server).status("topics", "--limit", "100001")).isEqualTo(2);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void statusTellsNodesStoresAndWhatHelps() {
        String status = """
                {"environment":"staging","ready":true,"version":"1.2.3","writes":{"working":false,"help":"wait"},
                 "nodes":[{"node":"n1","roles":["publish","subscribe"],"region":"eu","http":"http://n1:8080",
                   "grpc":"n1:9090","startedAt":"2026-11-22T09:00:00Z","heartbeatAt":"2026-11-22T11:59:59Z"},
                  {"node":"n2","roles":["housekeeping"],"region":"eu","http":"http://n2:8080",
                   "grpc":"n2:9090","startedAt":"2026-11-22T09:00:00Z","heartbeatAt":"2026-11-22T11:59:59Z"}],
                 "stores":[{"store":"cassandra","up":true},{"store":"s3:eu","up":false,"detail":"refused"}],
                 "leaders":[{"task":"expiry","node":"n1","since":"2026-11-22T10:00:00Z"},
                   {"task":"retention","node":"n2","since":"2026-11-22T10:00:00Z"}],
                 "tasks":[{"task":"expiry","intervalMillis":1000,"leader":"n1","lastRun":{"task":"expiry",
                     "startedAt":"2026-11-22T11:59:59Z","outcome":"DONE","examined":7,"done":3,"failed":0,"tookMillis":12}},
                   {"task":"idle","intervalMillis":1000},
                   {"task":"retention","intervalMillis":1000,"leader":"n2","ledElsewhere":true,"lastRun":{"task":"retention",
                     "startedAt":"2026-11-21T11:59:59Z","outcome":"FAILED","examined":7,"done":3,"failed":1,"tookMillis":1}}],
                 "cache":{"heads":12,"ageMillis":800,"complete":true,"heldBack":2}}""";
        server.on("GET /api/v1/status", TestServer.json(200, status));
        Run run = Run.against(server);
        assertThat(run.status("status")).isZero();
        assertThat(run.out()).isEqualTo("""
                        Environment staging at %s, Octavo 1.2.3: ready
                        WRITES DON'T WORK: wait
                        Cache of 12 topics, 0.8 s old, complete; HELD BACK, for the payload is missing: 2 versions

                         NODE  ROLES               REGION  HTTP            GRPC     UP FOR  SEEN BEFORE
                         n1    publish, subscribe  eu      http://n1:8080  n1:9090     3 h          1 s
                         n2    housekeeping        eu      http://n2:8080  n2:9090     3 h          1 s

                         STORE      STATE  DETAIL
                         cassandra  up     -
                         s3:eu      DOWN   refused

                         TASK       LED BY  FOR  LAST RUN  OUTCOME   TOOK  DONE  FAILED
                         expiry     n1      2 h       1 s  DONE     12 ms     3       0
                         idle       -         -         -  -            -     -       -
                         retention  n2      2 h         -  -            -     -       -
                        """.formatted(server.address()));
        assertThat(run.err())
                .isEqualTo("n2 leads retention, and knows what it has done and stopped:"
                        + " octavo status --server http://n2:8080\n");
        Run json = Run.against(server);
        assertThat(json.status("status", "--json")).isZero();
        assertThat(json.json().path("nodes").size()).isEqualTo(2);
        assertThat(json.json().path("tasks").size()).isEqualTo(3);
    }

    @Test
    void aNodeWithoutTasksTellsWhomToAskAndThatNobodyDoesThem() {
        String status = """
                {"environment":"x","ready":true,"writes":{"working":true},"stopped":[{"task":"retention","why":"waits"}],
                 "nodes":[{"node":"n2","roles":["housekeeping"],"http":"http://n2:8080"}],"leaders":[%s]}""";
        server.on(
                "GET /api/v1/status",
                TestServer.json(200, status.formatted("{\"task\":\"sweep\",\"node\":\"n2\"}")),
                TestServer.json(200, status.formatted("")));
        Run run = Run.against(server);
        assertThat(run.status("status")).isZero();
        assertThat(run.out()).contains("retention waits\n", "sweep").doesNotContain("NO NODE");
        assertThat(run.err()).contains("n2 leads sweep", "octavo status --server http://n2:8080");
        Run nobody = Run.against(server);
        assertThat(nobody.status("status")).isZero();
        assertThat(nobody.out()).contains("NO NODE IS KNOWN TO DO HOUSEKEEPING\n");
        assertThat(nobody.err()).isEmpty();
    }

    @Test
    void strangersAreToldHowToLearnMore() {
        server.on("GET /api/v1/status", TestServer.json(200, "{\"ready\":true}"));
        Run run = Run.against(server);
        assertThat(run.status("status")).isZero();
        assertThat(run.out())
                .isEqualTo("Octavo at " + server.address() + ": ready\nMore is told to those who sign in: --token,"
                        + " OCTAVO_TOKEN or a context\n");
    }

    @Test
    void aNodeWithoutCacheSaysSo() {
        server.on(
                "GET /api/v1/status",
                TestServer.json(200, "{\"environment\":\"x\",\"ready\":false,\"writes\":{\"working\":true}}"));
        Run run = Run.against(server);
        assertThat(run.status("status")).isZero();
        assertThat(run.out()).contains("NOT READY").contains("Writes work").contains("No cache here");
    }
}
