package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsCommandTest {
    private static final String TOPIC = "/api/v1/topics/prices";
    private static final String BEFORE = """
            {"topic":"prices","revision":9,"settings":{"owner":"ann","labels":{"tier":"1"},\
            "retention":{"maxVersions":50,"maxAge":"30d"},"requireScope":false}}""";
    private static final String AFTER = """
            {"topic":"prices","revision":10,"settings":{"owner":"shop","labels":{},\
            "retention":{"maxVersions":50,"maxAge":"30d"},"requireScope":true},"impact":[]}""";

    @TempDir
    Path folder = Path.of("");

    private final TestServer server = new TestServer()
            .on("GET /api/v1/status", TestServer.json(200, "{\"environment\":\"production\"}"))
            .on("GET " + TOPIC, TestServer.json(200, BEFORE))
            .on("PATCH " + TOPIC, TestServer.write(AFTER))
            .on("PUT " + TOPIC, TestServer.write(AFTER));

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void showsThemAsATable() {
        Run run = Run.against(server);
        assertThat(run.status("settings", "prices")).isZero();
        assertThat(run.out()).isEqualTo("""
                         SETTING                VALUE
                         labels.tier            1
                         owner                  ann
                         requireScope           false
                         retention.maxAge       30d
                         retention.maxVersions  50
                        """);
        Run json = Run.against(server);
        assertThat(json.status("settings", "prices", "--json")).isZero();
        assertThat(json.out()).isEqualTo(BEFORE + "\n");
    }

    @Test
    void aChangeShowsWhatIsDifferentAndSendsOnlyThat() {
        Run run = Run.against(server).terminal("y\n");
        assertThat(run.status(
                        "settings",
                        "prices",
                        "--set",
                        "owner=shop",
                        "--set",
                        "labels.tier=",
                        "--set",
                        "labels.a.b=x=y",
                        "--set",
                        "requireScope=true",
                        "--set",
                        "retention.maxVersions=50"))
                .isZero();
        assertThat(run.err()).contains("""
                        Settings     of prices
                         SETTING       FROM   TO
                         labels.tier   1      -
                         owner         ann    shop
                         requireScope  false  true
                        """);
        assertThat(server.change().method()).isEqualTo("PATCH");
        assertThat(server.change().bodyText())
                .isEqualTo("{\"owner\":\"shop\",\"labels\":{\"tier\":null,\"a.b\":\"x=y\"},\"requireScope\":true,"
                        + "\"retention\":{\"maxVersions\":50}}");
    }

    @Test
    void theChecksOfPayloadsAreSetAndShown() throws IOException {
        Path file = Files.writeString(folder.resolve("schema.json"), "{\"type\": \"object\"}");
        Run run = Run.against(server);
        assertThat(run.status(
                        "settings",
                        "prices",
                        "--set",
                        "validation.maxSizeChange=50",
                        "--set",
                        "validation.maxSize=1000000",
                        "--set",
                        "validation.format=json-lines",
                        "--schema",
                        file.toString(),
                        "--yes"))
                .isZero();
        assertThat(server.change().bodyText())
                .isEqualTo("{\"validation\":{\"maxSizeChange\":50,\"maxSize\":1000000,\"format\":\"json-lines\","
                        + "\"schema\":{\"type\":\"object\"}}}");

        server.on("GET " + TOPIC, TestServer.json(200, """
                        {"settings":{"validation":{"maxSize":9,"schema":{"type":"object","required":["a"]}}}}"""));
        Run shown = Run.against(server);
        assertThat(shown.status("settings", "prices")).isZero();
        assertThat(shown.out()).isEqualTo("""
                         SETTING             VALUE
                         validation.maxSize  9
                         validation.schema   {"type":"object","required":["a"]}
                        """);
        for (String wrong : new String[] {"validation.maxSize=1k", "validation.schema={}"}) {
            assertThat(Run.against(server).status("settings", "prices", "--set", wrong, "--yes"))
                    .isEqualTo(2);
        }
        assertThat(Run.against(server)
                        .status("settings", "prices", "--set", "validation.schema=", "--schema", "{}", "--yes"))
                .isEqualTo(2);
        assertThat(Run.against(server).status("settings", "prices", "--schema", "{}", "--replace", "{}", "--yes"))
                .isEqualTo(2);
        assertThat(Run.against(server).status("settings", "prices", "--schema", "{]", "--yes"))
                .isEqualTo(2);
    }

    @Test
    void aChangeOfNothingSaysSo() {
        server.on("PATCH " + TOPIC, TestServer.write(BEFORE));
        Run run = Run.against(server);
        assertThat(run.status("settings", "prices", "--set", "owner=ann", "--dry-run"))
                .isZero();
        assertThat(run.out()).contains("No setting changes\n");
    }

    @Test
    void allAreReplacedFromAFileOrStandardInputOrTheArgumentItself() throws IOException {
        String settings = "{\"owner\":\"shop\"}";
        Path file = Files.writeString(folder.resolve("settings.json"), settings);
        assertThat(Run.against(server).status("settings", "prices", "--replace", file.toString(), "--yes"))
                .isZero();
        assertThat(Run.against(server)
                        .input(settings.getBytes(StandardCharsets.UTF_8))
                        .status("settings", "prices", "--replace", "-", "--yes", "--json"))
                .isZero();
        assertThat(Run.against(server).status("settings", "prices", "--replace", settings, "--yes"))
                .isZero();
        assertThat(server.changes()).hasSize(3).allSatisfy(request -> {
            assertThat(request.method()).isEqualTo("PUT");
            assertThat(request.bodyText()).isEqualTo(settings);
        });
    }

    @Test
    void replacingMakesATopicThatIsNotThere() {
        server.on("GET " + TOPIC, TestServer.problem(404, "TOPIC_NOT_FOUND", "prices: unknown"));
        Run put = Run.against(server);
        assertThat(put.status("settings", "prices", "--replace", "{}", "--yes")).isZero();
        assertThat(put.err()).contains(" owner                  -     shop\n");
        Run patch = Run.against(server);
        assertThat(patch.status("settings", "prices", "--set", "owner=x", "--yes"))
                .isEqualTo(1);
    }

    @Test
    void wrongArgumentsAreFoundBeforeAnythingIsSent() {
        String[][] wrong = {
            {"--set", "owner"},
            {"--set", "=x"},
            {"--set", "labels.=x"},
            {"--set", "owner=a", "--set", "owner=b"},
            {"--set", "retention=", "--set", "retention.maxAge=1d"},
            {"--set", "retention.maxAge=1d", "--set", "retention="},
            {"--set", "requireScope=yes"},
            {"--set", "retention.maxVersions=many"},
            {"--set", "owner=a", "--replace", "{}"},
            {"--replace", "{"},
            {"--replace", "[]"},
            {"--replace", folder.toString()},
        };
        for (String[] arguments : wrong) {
            Run run = Run.against(server);
            String[] all = new String[arguments.length + 3];
            all[0] = "settings";
            all[1] = "prices";
            all[2] = "--yes";
            System.arraycopy(arguments, 0, all, 3, arguments.length);
            assertThat(run.status(all)).as(String.join(" ", arguments)).isBetween(1, 2);
            assertThat(run.err()).doesNotContain("please report");
        }
        assertThat(server.requests()).isEmpty();
    }
}
