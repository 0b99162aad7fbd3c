package io.octavo.server.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

/** What the framework and the container refuse, and what all answers have. */
@ExtendWith(NodeExtension.class)
class ContainerTest {
    private static final String TOPICS = "/api/v1/topics";

    private final TestNode node;
    private final Http http;

    ContainerTest(TestNode node) {
        this.node = node;
        this.http = node.http();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/api/v1/nothing", "/api/v2/topics", "/nothing", "/api/v1/topics/", "/error", "/ui/none.js"})
    void unknownAddresses(String path) {
        http.get(path).isProblem(404, "NOT_FOUND");
        http.get(path, "Accept", "text/html").isProblem(404, "NOT_FOUND");
    }

    @Test
    void aMethodThatIsNotThereNamesThoseThatAre() {
        Answer answer = http.post(TOPICS, "x").isProblem(405, "METHOD_NOT_ALLOWED");
        assertThat(answer.header("Allow")).isEqualTo("GET");
        assertThat(http.post(TOPICS + "/a", "x")
                        .isProblem(405, "METHOD_NOT_ALLOWED")
                        .header("Allow"))
                .contains("GET", "PUT", "PATCH", "DELETE");
        http.send("BREW", TOPICS, BodyPublishers.noBody()).isProblem(405, "METHOD_NOT_ALLOWED");
    }

    @Test
    void answersAreJsonWhateverIsAccepted() {
        Answer answer = http.get(TOPICS, "Accept", "image/png").isStatus(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        http.get(TOPICS, "Accept", "garbage").isStatus(200);
    }

    @Test
    void saneRequestIdsAreTakenAndOthersReplaced() {
        assertThat(http.get(TOPICS, "X-Request-Id", "abc-1.2:3").header("X-Request-Id"))
                .isEqualTo("abc-1.2:3");
        assertThat(http.get(TOPICS, "X-Request-Id", "a b").header("X-Request-Id"))
                .matches("[0-9a-f-]{36}");
        assertThat(http.get("/nothing", "X-Request-Id", "abc")
                        .isProblem(404, "NOT_FOUND")
                        .text())
                .contains("\"requestId\":\"abc\"");
    }

    @Test
    void logLinesOfARequestCarryItsId() {
        AtomicReference<String> logged = new AtomicReference<>();
        String topic = TestNode.newTopic();
        http.publish(topic, "x");
        node.outlet((part, offset, length) -> {
            logged.set(MDC.get("requestId"));
            return node.payloads().open(part, offset, length);
        });
        try {
            http.get(TOPICS + "/" + topic + "/versions/1/payload", "X-Request-Id", "abc")
                    .isStatus(200);
        } finally {
            node.outlet(node.payloads());
        }
        assertThat(logged).hasValue("abc");
    }

    @Test
    void nothingIsSharedWithOtherOrigins() {
        Answer answer = http.get(TOPICS, "Origin", "http://elsewhere.example");
        assertThat(answer.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control"));
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-cache");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /api/v1/topics/%zz HTTP/1.1 | a malformed address",
                "GET /api/v1/topics/a%2Fb HTTP/1.1 | an encoded slash",
                "GET /api/v1/topics?x={ HTTP/1.1 | a character that must be encoded",
                "GET /api/../../etc HTTP/1.1 | an address outside",
                "GARBAGE | no request line",
            })
    void malformedRequestsAreProblemsToo(String line, String what) throws IOException {
        String answer = raw(line + "\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(answer)
                .as(what)
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", "\"INVALID_ARGUMENT\"");
    }

    @Test
    void malformedHeadersAreProblemsToo() throws IOException {
        String start = "GET /api/v1/topics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        assertThat(raw(start + "X-Large: " + "x".repeat(20_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", "\"INVALID_ARGUMENT\"", "requestId", "X-Request-Id");
        assertThat(raw(start + "Content-Length: many\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json");
        assertThat(raw("GET /api/v1/topics HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json");
        assertThat(raw("TRACE /api/v1/topics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 405")
                .contains("application/problem+json");
    }

    @Test
    void aBrokenChunkedBodyIsTheCallersFault() throws IOException {
        String topic = TestNode.newTopic();
        String answer = raw(lines(
                "POST /api/v1/topics/" + topic + "/versions HTTP/1.1",
                "Host: localhost",
                "Connection: close",
                "Transfer-Encoding: chunked",
                "",
                "5",
                "hello",
                "zz"));
        assertThat(answer).startsWith("HTTP/1.1 400").contains("\"field\":\"body\"", "broke off after 5 bytes");
        assertThat(http.get(TOPICS + "/" + topic).status()).isEqualTo(404);
    }

    @Test
    void aRequestThatAsksBeforeSendingIsRefusedWithoutItsBody() throws IOException {
        String answer = raw(lines(
                "POST /api/v1/topics/Bad/versions HTTP/1.1",
                "Host: localhost",
                "Connection: close",
                "Expect: 100-continue",
                "Content-Length: 1000000000",
                ""));
        assertThat(answer).startsWith("HTTP/1.1 400").contains("\"field\":\"topic\"");
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}
