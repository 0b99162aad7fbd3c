package io.octavo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TokenCommandsTest {
    private static final String TOKEN = "octavo_" + "x".repeat(43);

    private final TestServer server = new TestServer()
            .on("GET /api/v1/status", TestServer.json(200, "{\"environment\":\"production\",\"ready\":true}"))
            .on("POST /api/v1/tokens", TestServer.json(201, "{\"name\":\"on-call\",\"token\":\"%s\"}".formatted(TOKEN)))
            .on("GET /api/v1/tokens", TestServer.json(200, """
                            {"tokens":[
                              {"name":"a","grants":[{"role":"reader","topics":["*"],"scopes":[]},
                                {"role":"operator","topics":["prices*","b"],"scopes":["region=eu"]}],
                               "apps":["shop"],"createdBy":"token:root","createdAt":"2026-11-22T10:00:00Z"},
                              {"name":"b","grants":[],"apps":[],"createdBy":"x","createdAt":"2026-11-22T10:00:00Z",
                               "expiresAt":"2026-11-22T11:00:00Z"},
                              {"name":"c","grants":[],"apps":[],"createdBy":"x","createdAt":"2026-11-22T10:00:00Z",
                               "revoked":{"at":"2026-11-22T11:00:00Z","by":"x","reason":"r"}}]}"""))
            .on("DELETE /api/v1/tokens/a", TestServer.json(200, "{\"name\":\"a\"}"));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void showsTheTokenAloneOnStandardOutputWhenThePersonSaysYes() {
        Run run = Run.against(server).terminal("y\n");
        assertThat(run.status(
                        "token",
                        "create",
                        "on-call",
                        "--role",
                        "operator",
                        "--topics",
                        "prices*",
                        "--topics",
                        "b",
                        "--scope",
                        "region=eu",
                        "--app",
                        "shop",
                        "--expires",
                        "90d"))
                .isZero();
        assertThat(run.out()).isEqualTo(TOKEN + "\n");
        assertThat(run.err())
                .contains("Environment  production at " + server.address())
                .contains("Make token   on-call: operator of prices*, b within region=eu, as app shop")
                .contains("Ends         at 2027-02-20T12:00:00Z")
                .contains("it can't be shown again");
        assertThat(server.request("POST").bodyText())
                .isEqualTo("{\"name\":\"on-call\",\"grants\":[{\"role\":\"operator\",\"topics\":[\"prices*\",\"b\"],"
                        + "\"scopes\":[\"region=eu\"]}],\"apps\":[\"shop\"],\"expiresAt\":\"2027-02-20T12:00:00Z\"}");
    }

    @Test
    void makesTokensOfAllTopicsThatDoNotEndUnlessToldOtherwise() {
        Run run = Run.against(server);
        assertThat(run.status("token", "create", "on-call", "--role", "reader", "--yes", "--json", "--token", "t"))
                .isZero();
        assertThat(run.json().get("token").stringValue()).isEqualTo(TOKEN);
        assertThat(run.err()).isEmpty();
        assertThat(server.request("POST").bodyText())
                .isEqualTo("{\"name\":\"on-call\",\"grants\":[{\"role\":\"reader\",\"topics\":[\"*\"],\"scopes\":[]}],"
                        + "\"apps\":[]}");
        assertThat(server.request("POST").header("Authorization")).isEqualTo("Bearer t");
    }

    @Test
    void nothingIsMadeWithoutAYes() {
        assertThat(Run.against(server).status("token", "create", "a", "--role", "reader"))
                .isEqualTo(2);
        assertThat(Run.against(server).terminal("n\n").status("token", "create", "a", "--role", "reader"))
                .isEqualTo(1);
        assertThat(Run.against(server).status("token", "create", "a", "--yes")).isEqualTo(2);
        assertThat(Run.against(server).status("token", "create", "a", "--role", "reader", "--scope", "", "--yes"))
                .isEqualTo(2);
        assertThat(server.requests()).noneMatch(request -> request.method().equals("POST"));
    }

    @Test
    void anAnswerThatIsLostLeavesATokenToRevoke() {
        server.on("POST /api/v1/tokens", TestServer.silence());
        Run run = Run.against(server);
        assertThat(run.status("token", "create", "a", "--role", "reader", "--yes"))
                .isEqualTo(3);
        assertThat(run.err()).contains("if a is there, revoke it");
    }

    @Test
    void listsWhatEachTokenMayDoAndWhetherItIsGood() {
        Run run = Run.against(server);
        assertThat(run.status("token", "list")).isZero();
        assertThat(run.out().lines().map(line -> line.strip().replaceAll(" {2,}", "|")))
                .containsExactly(
                        "NAME|STATE|GRANTS|APPS|BY|AGE|ENDS",
                        "a|GOOD|reader of *; operator of prices*, b within region=eu|shop|token:root|2 h|-",
                        "b|EXPIRED|-|-|x|2 h|2026-11-22T11:00:00Z",
                        "c|REVOKED|-|-|x|2 h|-");
        Run json = Run.against(server);
        assertThat(json.status("token", "list", "--json")).isZero();
        assertThat(json.json().get("tokens")).hasSize(3);
    }

    @Test
    void revokesWhenThePersonSaysYes() {
        Run run = Run.against(server).terminal("y\n");
        assertThat(run.status("token", "revoke", "a", "--reason", "in a log")).isZero();
        assertThat(run.err()).contains("Revoke       a, for ever").contains("Reason       in a log");
        assertThat(run.out()).isEqualTo("Revoked a\n");
        assertThat(server.request("DELETE").target()).isEqualTo("/api/v1/tokens/a?reason=in%20a%20log");
        assertThat(Run.against(server).status("token", "revoke", "a", "--reason", " ", "--yes"))
                .isEqualTo(2);
        assertThat(Run.against(server).status("token", "revoke", " ", "--reason", "r", "--yes"))
                .isEqualTo(2);
    }

    @Test
    void hashesATokenWithoutShowingIt() {
        String token = "a".repeat(32);
        Run run = Run.against(server).input((token + "\n").getBytes(UTF_8));
        assertThat(run.status("token", "hash")).isZero();
        assertThat(run.out()).isEqualTo("3ba3f5f43b92602683c19aee62a20342b084dd5971ddd33808d81a328879a547\n");
        Run weak = Run.against(server).input("too-short".getBytes(UTF_8));
        assertThat(weak.status("token", "hash")).isEqualTo(2);
        assertThat(weak.err()).contains("token: 9 characters").doesNotContain("too-short");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aGroupAloneAsksForACommandAndHelpsLikeTheOthers() {
        Run none = Run.against(server);
        assertThat(none.status("token")).isEqualTo(2);
        assertThat(none.err()).contains("a command is missing");
        Run help = Run.against(server);
        assertThat(help.status("token", "create", "--help")).isZero();
        assertThat(help.out()).contains("Usage", "--role=ROLE", "Exit status", "Examples");
        Run group = Run.against(server);
        assertThat(group.status("token", "--help")).isZero();
        assertThat(group.out()).contains("create", "list", "revoke", "hash");
    }
}
