package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FallbackCommandsTest {
    private static final String VERIFY = "GET /api/v1/fallback/verify";

    private final TestServer server = new TestServer();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void differencesOfAllPagesAreTold() {
        server.on(VERIFY, TestServer.json(200, """
                        {"topics":200,"payloads":150,"differences":[
                          {"topic":"a","region":"eu","kind":"AHEAD","log":{"epoch":1,"revision":3},\
                        "exported":{"epoch":1,"revision":9}}],"nextPageToken":"more"}"""), TestServer.json(200, """
                        {"topics":7,"payloads":2,"differences":[
                          {"topic":"b","region":"us","kind":"PAYLOAD_MISSING","log":{"epoch":1,"revision":3},\
                        "exported":{"epoch":1,"revision":3},"version":4},
                          {"region":"us","kind":"UNREACHABLE","detail":"region us: away"}]}"""));
        Run run = Run.against(server);
        assertThat(run.status("fallback", "verify")).isEqualTo(1);
        assertThat(run.out()).isEqualTo("""
                         TOPIC  REGION  DIFFERENCE       VERSION  LOG  EXPORTED  DETAIL
                         a      eu      AHEAD                  -    3         9  -
                         b      us      PAYLOAD_MISSING        4    3         3  -
                         -      us      UNREACHABLE            -    -         -  region us: away
                        AHEAD: the log was set back; if to a backup, see: octavo help restore
                        207 topics and 152 payloads compared
                        """);
        assertThat(run.err()).contains("3 differences (expected: none)");
    }

    @Test
    void whatIsRightIsToldToo() {
        server.on(VERIFY, TestServer.json(200, "{\"topics\":2,\"payloads\":3,\"differences\":[]}"));
        Run run = Run.against(server);
        assertThat(run.status("fallback", "verify")).isZero();
        assertThat(run.out()).isEqualTo("2 topics and 3 payloads compared\n");
        Run json = Run.against(server);
        assertThat(json.status("fallback", "verify", "--json")).isZero();
        assertThat(json.json().get("topics").intValue()).isEqualTo(2);
        assertThat(json.json().get("differences")).isEmpty();
    }

    @Test
    void aNodeThatDoesNoHousekeepingNamesThoseThatDo() {
        server.on(
                        VERIFY,
                        TestServer.json(404, "{\"code\":\"NOT_FOUND\",\"status\":404,\"detail\":\"no such address\"}"))
                .on("GET /api/v1/status", TestServer.json(200, """
                                {"environment":"test","nodes":[
                                  {"node":"n2","roles":["housekeeping"],"http":"http://n2:8080"}]}"""));
        Run run = Run.against(server);
        assertThat(run.status("fallback", "verify")).isEqualTo(1);
        assertThat(run.err()).contains("n2 at http://n2:8080");
    }
}
