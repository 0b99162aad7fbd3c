package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.octavo.server.web.SecuredNode.Caller;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Who is let in, and what strangers get to know. */
class SignInTest {
    private static SecuredNode node;

    @BeforeAll
    static void start() {
        node = new SecuredNode();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/topics",
                "/api/v1/nothing",
                "/nothing",
                "/api/v1/topics/prices/versions/1/payload",
                "/error",
                "/actuator",
                "/actuator/info",
                "/uix",
                "/api/v1/status/",
                "/API/V1/TOPICS",
                "/api/v1/topics;x=1",
                "//api/v1/topics",
                "/%61pi/v1/topics"
            })
    void strangersGetNothingAlsoWhereNothingIs(String path) {
        Answer answer = node.nobody().get(path).isProblem(401, "UNAUTHENTICATED");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"octavo\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ui/../api/v1/topics", "/ui/..;/api/v1/topics", "/ui/%2e%2e/api/v1/topics"})
    void noPathLeadsOutOfWhatIsOpen(String path) throws IOException {
        node.admin().publish("secret-topic", "").isStatus(201);
        String answer = raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(answer).doesNotContain("secret-topic").doesNotContain("nextPageToken");
    }

    @Test
    void pagesMayAskTheIssuerForTokensAndNobodyElse() {
        assertThat(node.nobody().get("/ui/").isStatus(200).header("Content-Security-Policy"))
                .contains("default-src 'self'")
                .endsWith("connect-src 'self' " + SecuredNode.ISSUER);
    }

    /** So there is nothing that a browser would send along by itself for another site's page. */
    @Test
    void noAnswerSetsACookie() {
        Caller admin = node.admin();
        for (Answer answer : List.of(
                admin.get("/api/v1/topics"), admin.get("/ui/"), node.nobody().get("/api/v1/status"))) {
            assertThat(answer.isStatus(200).header("Set-Cookie")).isEmpty();
        }
    }

    @Test
    void whoIsSignedInIsToldThatNothingIsThere() {
        node.admin().get("/api/v1/nothing").isProblem(404, "NOT_FOUND");
        node.with("reader *").get("/nothing").isProblem(404, "NOT_FOUND");
    }

    @Test
    void pagesAndHealthAreForEverybody() {
        node.nobody().get("/ui/").isStatus(200);
        node.nobody().get("/ui/topics/prices").isStatus(200);
        node.nobody().get("/actuator/health").isStatus(200);
        node.nobody().get("/actuator/health/liveness").isStatus(200);
        node.nobody().get("/actuator/health/readiness").isStatus(200);
        node.bearer("octavo_wrong").get("/ui/").isStatus(200);
    }

    @Test
    void strangersAreToldWhetherTheNodeIsReadyWherePeopleSignInAndNothingElse() {
        assertThat(node.nobody().get("/api/v1/status").isStatus(200).text())
                .isEqualTo("{\"ready\":true,\"signIn\":{\"issuer\":\"" + SecuredNode.ISSUER
                        + "\",\"clientId\":\"octavo-ui\"}}");
        assertThat(node.with("reader a").get("/api/v1/status").isStatus(200).text())
                .contains("nodes");
        node.bearer("octavo_wrong").get("/api/v1/status").isProblem(401, "UNAUTHENTICATED");
    }

    @Test
    void theTokensNameIsInTheAuditTrailWhateverTheCallerSays() {
        String secret = node.secret("ci-audit", List.of(), "publisher *");
        Answer answer = node.node()
                .http()
                .post(
                        "/api/v1/topics/audited/versions",
                        "x",
                        "Authorization",
                        "Bearer " + secret,
                        "Octavo-Who",
                        "somebody@else")
                .isStatus(201);
        assertThat(answer.json().get("publishedBy").stringValue()).isEqualTo("token:ci-audit");
    }

    @Test
    void severalTokensAreNone() throws IOException {
        String answer = raw("GET /api/v1/topics HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                + SecuredNode.ADMIN + "\r\nAuthorization: Bearer " + SecuredNode.ADMIN + "\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 401").doesNotContain(SecuredNode.ADMIN);
    }

    @Test
    void aRevokedTokenIsRefusedAndAnExpiryIsKept() {
        Caller admin = node.admin();
        Answer made = admin.send("POST", "/api/v1/tokens", """
                        {"name":"ci-rest","grants":[{"role":"operator","topics":["prices*"],"scopes":["region=eu"]}],
                         "apps":["shop"],"expiresAt":"2999-01-01T00:00:00Z"}""").isStatus(201);
        assertThat(made.headers().allValues("Cache-Control")).contains("no-store");
        assertThat(made.header("Location")).isEqualTo("/api/v1/tokens/ci-rest");
        String secret = made.json().get("token").stringValue();
        assertThat(secret).matches("octavo_[A-Za-z0-9_-]{43}");
        assertThat(made.json().get("createdBy").stringValue()).isEqualTo("bootstrap:admin");

        Answer list = admin.get("/api/v1/tokens?limit=1000").isStatus(200);
        assertThat(list.text())
                .contains("\"name\":\"ci-rest\",\"grants\":[{\"role\":\"operator\",\"topics\":[\"prices*\"],"
                        + "\"scopes\":[\"region=eu\"]}],\"apps\":[\"shop\"]")
                .contains("\"expiresAt\":\"2999-01-01T00:00:00Z\"")
                .doesNotContain(secret)
                .doesNotContain("sha256");

        Answer revoked = admin.send("DELETE", "/api/v1/tokens/ci-rest?reason=leaked", "");
        assertThat(revoked.isStatus(200).json().get("revoked").get("reason").stringValue())
                .isEqualTo("leaked");
        node.bearer(secret).get("/api/v1/topics").isProblem(401, "UNAUTHENTICATED");
        admin.send(
                        "POST",
                        "/api/v1/tokens",
                        "{\"name\":\"ci-rest\",\"grants\":[{\"role\":\"reader\",\"topics\":[\"*\"]}]}")
                .isProblem(409, "NAME_TAKEN");
        admin.send("DELETE", "/api/v1/tokens/ci-none?reason=x", "").isProblem(404, "NOT_FOUND");
    }

    @Test
    void tokensComeInPages() {
        for (String name : List.of("page-1", "page-2", "page-3")) {
            node.secret(name, List.of(), "reader *");
        }
        Caller admin = node.admin();
        Answer first = admin.get("/api/v1/tokens?limit=1").isStatus(200);
        assertThat(first.json().get("tokens")).hasSize(1);
        admin.get("/api/v1/tokens?limit=1&pageToken="
                        + first.json().get("nextPageToken").stringValue())
                .isStatus(200);
        admin.get("/api/v1/tokens?pageToken=x").isInvalid("pageToken");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"name\":\"Bad Name\",\"grants\":[]}|name",
                "{\"name\":\"a\"}|grants",
                "{\"name\":\"a\",\"grants\":[]}|grants",
                "{\"name\":\"a\",\"grants\":[1]}|grants",
                "{\"name\":\"a\",\"grants\":[{\"role\":\"king\"}]}|grants.role",
                "{\"name\":\"a\",\"grants\":[{\"role\":\"reader\",\"topics\":\"*\"}]}|grants.topics",
                "{\"name\":\"a\",\"grants\":[{\"role\":\"reader\",\"topics\":[1]}]}|grants.topics",
                "{\"name\":\"a\",\"grants\":[{\"role\":\"reader\",\"topic\":[]}]}|grants.topic",
                "{\"name\":\"a\",\"grants\":[{\"role\":\"reader\"}]}|topics",
                "{\"name\":\"a\",\"grants\":[{\"role\":\"reader\",\"topics\":[\"*\"]}],\"apps\":[\"a b\"]}|apps",
                "{\"name\":\"a\",\"grants\":[{\"role\":\"reader\",\"topics\":[\"*\"]}],\"expiresAt\":\"1999-01-01T00:00:00Z\"}|expiresAt"
            })
    void badTokensAreRefusedByField(String bodyAndField) {
        int bar = bodyAndField.lastIndexOf('|');
        node.admin()
                .send("POST", "/api/v1/tokens", bodyAndField.substring(0, bar))
                .isInvalid(bodyAndField.substring(bar + 1));
    }

    @Test
    void guessersAreToldToWaitAndGoodTokensOfTheSameAddressAreTaken() {
        try (SecuredNode guessed = new SecuredNode()) {
            Caller good = guessed.with("reader *");
            for (int i = 0; i < 10; i++) {
                guessed.bearer("octavo_guess" + i).get("/api/v1/topics").isProblem(401, "UNAUTHENTICATED");
            }
            Answer limited =
                    guessed.bearer("octavo_guess").get("/api/v1/topics").isProblem(429, "RATE_LIMITED");
            assertThat(Integer.parseInt(limited.header("Retry-After"))).isBetween(1, 60);
            good.get("/api/v1/topics").isStatus(200);
        }
    }

    @Test
    void noTokenIsEverInALogOrAnError() {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        List<Logger> loggers = List.of(
                logger("io.octavo.server.web"), logger("io.octavo.server.security"), logger("org.springframework.web"));
        lines.start();
        for (Logger logger : loggers) {
            logger.setLevel(Level.DEBUG);
            logger.addAppender(lines);
        }
        try {
            String good = node.secret("ci-log", List.of(), "reader *");
            StringBuilder answers = new StringBuilder();
            for (String token : List.of(good, "octavo_wrong", "a.b.c", "a wrong one")) {
                answers.append(node.bearer(token).get("/api/v1/topics/none").text());
                answers.append(node.bearer(token)
                        .send("DELETE", "/api/v1/tokens/x?reason=r", "")
                        .text());
            }
            String made = node.admin()
                    .send(
                            "POST",
                            "/api/v1/tokens",
                            "{\"name\":\"ci-log-2\",\"grants\":[{\"role\":\"reader\",\"topics\":[\"*\"]}]}")
                    .isStatus(201)
                    .json()
                    .get("token")
                    .stringValue();
            assertThat(lines.list).isNotEmpty();
            for (String token : List.of(good, "octavo_wrong", "a.b.c", "a wrong one", made, SecuredNode.ADMIN)) {
                assertThat(answers).doesNotContain(token);
                assertThat(lines.list)
                        .noneMatch(line -> line.getFormattedMessage().contains(token));
            }
        } finally {
            for (Logger logger : loggers) {
                logger.setLevel(null);
                logger.detachAppender(lines);
            }
        }
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    private static String raw(String request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), node.node().port())) {
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
