package io.octavo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OctavoTest {
    private final TestServer server =
            new TestServer().on("GET /api/v1/topics", TestServer.json(200, "{\"topics\":[]}"));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theVersionIsPrinted() {
        Run run = new Run();
        assertThat(run.status("--version")).isZero();
        assertThat(run.out()).startsWith("octavo ");
    }

    @Test
    void noCommandAndAnUnknownOneAreUsageErrors() {
        Run none = new Run();
        assertThat(none.status()).isEqualTo(2);
        assertThat(none.err()).isEqualTo("octavo: a command is missing\nTry: octavo --help\n");
        Run unknown = new Run();
        assertThat(unknown.status("publsh", "x")).isEqualTo(2);
        assertThat(unknown.err()).isEqualTo("octavo: unknown command: publsh\nTry: octavo --help\n");
        assertThat(new Run().status("help", "publsh")).isEqualTo(2);
        assertThat(new Run().status("help", "scopes", "ad")).isEqualTo(2);
        Run group = new Run();
        assertThat(group.status("scopes")).isEqualTo(2);
        assertThat(group.err()).isEqualTo("octavo: a command is missing\nTry: octavo scopes --help\n");
    }

    @Test
    void globalOptionsStandBeforeOrAfterTheCommand() {
        assertThat(new Run().status("--server", server.address(), "--json", "topics"))
                .isZero();
        assertThat(new Run().status("topics", "--server=" + server.address() + "/", "--json"))
                .isZero();
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void theOptionWinsOverTheVariable() {
        Run run = new Run().environment("OCTAVO_SERVER", "http://nowhere.invalid");
        assertThat(run.status("topics", "--server", server.address())).isZero();
    }

    @Test
    void whatIsNoServerAddressIsNamed() {
        for (String address :
                List.of("127.0.0.1:8080", "ftp://x", "", "http://", "http://x?y", "http://a b", "http://u:p@x")) {
            Run run = new Run();
            assertThat(run.status("topics", "--server", address)).as(address).isEqualTo(2);
            assertThat(run.err()).startsWith("octavo: --server: " + address + " (expected: ");
        }
        Run run = new Run().environment("OCTAVO_SERVER", "x");
        assertThat(run.status("topics")).isEqualTo(2);
        assertThat(run.err()).startsWith("octavo: OCTAVO_SERVER: x (expected: ");
    }

    @Test
    void theTokenIsSentAndNeverPrinted() {
        assertThat(Run.against(server).environment("OCTAVO_TOKEN", "t1").status("topics"))
                .isZero();
        assertThat(Run.against(server).environment("OCTAVO_TOKEN", "t1").status("topics", "--token", "t2"))
                .isZero();
        assertThat(server.requests().stream().map(request -> request.header("Authorization")))
                .containsExactly("Bearer t1", "Bearer t2");
        Run wrong = Run.against(server);
        assertThat(wrong.status("topics", "--token", "secret\nX: y")).isEqualTo(2);
        assertThat(wrong.err()).doesNotContain("secret");
    }

    @Test
    void anUnknownHostIsNamed() {
        Run run = new Run();
        assertThat(run.status("topics", "--server", "http://nowhere.invalid:1", "--json"))
                .isEqualTo(1);
        assertThat(run.errorJson().path("code").asString()).isEqualTo("UNREACHABLE");
        assertThat(run.errorJson().path("detail").asString())
                .startsWith("Octavo isn't reachable at http://nowhere.invalid:1: the host is unknown");
    }

    @Test
    void anotherServersAnswersAreNotTakenForOctavos() {
        server.on("GET /api/v1/topics", TestServer.bytes(200, "text/html", "<html>".getBytes(UTF_8)));
        Run page = Run.against(server);
        assertThat(page.status("topics")).isEqualTo(1);
        assertThat(page.err()).contains("answered 200 without the JSON that Octavo answers");

        server.on("GET /api/v1/topics", TestServer.bytes(403, "text/html", "<html>\u001b[2J".getBytes(UTF_8)));
        Run refusal = Run.against(server);
        assertThat(refusal.status("topics")).isEqualTo(1);
        assertThat(refusal.err()).isEqualTo("octavo: the server answered 403 <html>\uFFFD[2J\n");

        server.on("GET /api/v1/topics", TestServer.json(405, "{\"title\":\"Method Not Allowed\"}"));
        Run titled = Run.against(server);
        assertThat(titled.status("topics", "--json")).isEqualTo(1);
        assertThat(titled.errorJson().path("status").asInt()).isEqualTo(405);
    }

    @Test
    void aFaultOfTheCommandIsOneLine() {
        server.on("GET /api/v1/topics/x", TestServer.json(200, "{\"pins\":[{\"scope\":\"?\",\"version\":1}]}"));
        server.on("GET /api/v1/status", TestServer.json(200, "{\"environment\":\"x\"}"));
        Run run = Run.against(server);
        assertThat(run.status("pin", "x", "1", "--scope", "*", "--reason", "r", "--yes"))
                .isNotZero();
        assertThat(run.err()).startsWith("octavo: ").doesNotContain("\tat ");
    }
}
