package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.rules.Digests;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class PublishCommandTest {
    private static final String VERSIONS = "POST /api/v1/topics/prices/versions";
    private static final byte[] PAYLOAD = "hällo".getBytes(StandardCharsets.UTF_8);
    private static final String SHA256 = HexFormat.of().formatHex(Digests.sha256(PAYLOAD));

    @TempDir
    Path folder = Path.of("");

    private final TestServer server =
            new TestServer().on("GET /api/v1/status", TestServer.json(200, "{\"environment\":\"production\"}"));
    private String file = "";

    @BeforeEach
    void writeFile() throws IOException {
        file = Files.write(folder.resolve("prices.json"), PAYLOAD).toString();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static String version(String sha256) {
        return """
            {"topic":"prices","version":7,"revision":9,"publishedAt":"2026-11-22T11:58:00Z","publishedBy":"ann",\
            "size":6,"sha256":"%s","metadata":{},"publications":[{"scope":"region=eu","at":"2026-11-22T11:58:00Z",\
            "by":"ann"}],"state":"PUBLISHED","holds":[],"ui":"http://octavo/ui/prices","undo":"octavo undo it"}""".formatted(sha256);
    }

    private static TestServer.Reply published(int status, String... headers) {
        return TestServer.json(status, version(SHA256), headers);
    }

    @Test
    void sendsTheFileWithItsDigestAndPrintsTheVersion() {
        server.on(VERSIONS, published(201));
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file)).isZero();
        TestServer.Request request = server.request("POST");
        assertThat(request.body()).isEqualTo(PAYLOAD);
        assertThat(request.target()).isEqualTo("/api/v1/topics/prices/versions");
        assertThat(request.header("Content-Length")).isEqualTo("6");
        assertThat(request.header("Content-Digest"))
                .isEqualTo("sha-256=:" + Base64.getEncoder().encodeToString(Digests.sha256(PAYLOAD)) + ":");
        assertThat(request.header("Idempotency-Key")).matches("[0-9a-f-]{36}");
        assertThat(request.header("Octavo-Who")).isEqualTo("ann@h?r");
        assertThat(request.header("Authorization")).isNull();
        assertThat(request.header("Content-Type")).isNull();
        assertThat(run.out())
                .isEqualTo("prices version 7 published to region=eu, 6 B, SHA-256 " + SHA256.substring(0, 12)
                        + "\n  ui    http://octavo/ui/prices\n  undo  octavo undo it\n");
        assertThat(run.err()).isEqualTo("Publishing to production at " + server.address() + "\n");
    }

    @Test
    void everyScopeAndMetadataIsAParameterOfItsOwnAndFullyEncoded() {
        server.on(VERSIONS, published(201));
        int status = Run.against(server)
                .status(
                        "publish",
                        "prices",
                        file,
                        "--scope",
                        "app=recs,region=eu",
                        "--scope=*",
                        "--meta",
                        "a=b=c & d",
                        "--meta",
                        "ü=+",
                        "--hold",
                        "year's end",
                        "--if-changed",
                        "--expected-version",
                        "6",
                        "--idempotency-key",
                        "k/1",
                        "--content-type",
                        "application/json; charset=utf-8");
        assertThat(status).isZero();
        TestServer.Request request = server.request("POST");
        assertThat(request.target())
                .isEqualTo("/api/v1/topics/prices/versions?scope=region%3Deu%2Capp%3Drecs&scope=*"
                        + "&meta=a%3Db%3Dc%20%26%20d&meta=%C3%BC%3D%2B&hold=year%27s%20end&ifChanged=true");
        assertThat(request.header("Octavo-Expected-Version")).isEqualTo("6");
        assertThat(request.header("Idempotency-Key")).isEqualTo("k/1");
        assertThat(request.header("Content-Type")).isEqualTo("application/json; charset=utf-8");
    }

    @Test
    void stagedGoesToNobodyYet() {
        server.on(
                VERSIONS,
                TestServer.json(201, version(SHA256).replaceAll("\"publications\":\\[.*?]", "\"publications\":[]")));
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file, "--stage", "--yes")).isZero();
        assertThat(server.request("POST").target()).endsWith("?stage=true");
        assertThat(run.out()).startsWith("prices version 7 staged, published to nobody yet, 6 B");
    }

    @Test
    void standardInputIsSentInChunksWithoutADigest() {
        server.on(VERSIONS, published(201));
        assertThat(Run.against(server).input(PAYLOAD).status("publish", "prices", "-"))
                .isZero();
        TestServer.Request request = server.request("POST");
        assertThat(request.body()).isEqualTo(PAYLOAD);
        assertThat(request.header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(request.header("Content-Digest")).isNull();
    }

    @Test
    void anEmptyFileIsAPayloadToo() throws IOException {
        String sha256 = HexFormat.of().formatHex(Digests.sha256(new byte[0]));
        server.on(VERSIONS, TestServer.json(201, version(sha256)));
        Path empty = Files.createFile(folder.resolve("empty"));
        assertThat(Run.against(server).status("publish", "prices", empty.toString()))
                .isZero();
        assertThat(server.request("POST").header("Content-Length")).isEqualTo("0");
    }

    @Test
    void withJsonItPrintsTheServersVersionAndTheKey() {
        server.on(VERSIONS, published(201, "Octavo-Replayed", "true"));
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file, "--json", "--idempotency-key", "k1"))
                .isZero();
        assertThat(run.json().path("version").asInt()).isEqualTo(7);
        assertThat(run.json().path("replayed").asBoolean()).isTrue();
        assertThat(run.json().path("created").asBoolean()).isTrue();
        assertThat(run.json().path("idempotencyKey").asString()).isEqualTo("k1");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void tellsAReplayAndAnUnchangedVersion() {
        server.on(VERSIONS, published(201, "Octavo-Replayed", "true"), published(200));
        Run replay = Run.against(server);
        assertThat(replay.status("publish", "prices", file)).isZero();
        assertThat(replay.out()).startsWith("Was published before: prices version 7");
        Run unchanged = Run.against(server);
        assertThat(unchanged.status("publish", "prices", file, "--if-changed")).isZero();
        assertThat(unchanged.out()).startsWith("Unchanged: prices version 7");
    }

    @Test
    void addsCommitAndRunOfTheCiUnlessMetadataNamesThem() {
        server.on(VERSIONS, published(201));
        int status = Run.against(server)
                .environment("CI_COMMIT_SHA", "abc")
                .environment("CI_PIPELINE_URL", "http://ci/1")
                .status("publish", "prices", file, "--meta", "ci.run=mine");
        assertThat(status).isZero();
        assertThat(server.request("POST").target()).endsWith("?meta=ci.run%3Dmine&meta=git.commit%3Dabc");
    }

    @Test
    void ifChangedLeavesTheCiOutForItWouldAlwaysDiffer() {
        server.on(VERSIONS, published(200));
        int status =
                Run.against(server).environment("GITHUB_SHA", "abc").status("publish", "prices", file, "--if-changed");
        assertThat(status).isZero();
        assertThat(server.request("POST").target()).endsWith("versions?ifChanged=true");
    }

    @Test
    void aBrokenConnectionIsRepeatedWithTheSameKey() {
        server.on(VERSIONS, TestServer.silence(), TestServer.silence(), published(201));
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file)).isZero();
        assertThat(server.changes()).hasSize(3);
        assertThat(server.changes().stream()
                        .map(request -> request.header("Idempotency-Key"))
                        .distinct())
                .hasSize(1);
        assertThat(server.changes().get(2).body()).isEqualTo(PAYLOAD);
        assertThat(run.pauses).hasSize(2);
    }

    @Test
    void aBusyServerIsAskedAgainAfterTheTimeItNames() {
        server.on(
                VERSIONS,
                TestServer.problem(503, "UNAVAILABLE", "going away", "Retry-After", "3"),
                TestServer.problem(409, "REQUEST_RUNNING", "still running"),
                TestServer.problem(429, "RATE_LIMITED", "slower", "Retry-After", "9999"),
                published(201));
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file)).isZero();
        assertThat(run.pauses.stream().map(pause -> pause.toMillis())).containsExactly(3000L, 400L, 15_000L);
    }

    @Test
    void afterTheLastAttemptTheOutcomeIsUnknownAndTheWayToRepeatItIsPrinted() {
        server.on(VERSIONS, TestServer.silence());
        Run run = Run.against(server);
        assertThat(run.status(
                        "publish",
                        "prices",
                        file,
                        "--scope",
                        "region=eu",
                        "--meta",
                        "why=new year",
                        "--idempotency-key",
                        "k1"))
                .isEqualTo(3);
        assertThat(server.changes()).hasSize(Attempts.MOST);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("\noctavo: outcome unknown: ")
                .contains("octavo publish prices " + file
                        + " --scope region=eu --meta 'why=new year' --idempotency-key k1");
    }

    @Test
    void aServerThatStaysBusyLeavesTheOutcomeUnknown() {
        server.on(VERSIONS, TestServer.problem(503, "UNAVAILABLE", "the log is away"));
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file, "--json", "--idempotency-key", "k1"))
                .isEqualTo(3);
        assertThat(run.errorJson().path("code").asString()).isEqualTo("OUTCOME_UNKNOWN");
        assertThat(run.errorJson().path("idempotencyKey").asString()).isEqualTo("k1");
        assertThat(run.errorJson().path("detail").asString()).contains("the log is away");
    }

    @Test
    void beingLimitedIsANoForNothingHappened() {
        server.on(VERSIONS, TestServer.problem(429, "RATE_LIMITED", "slower"));
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file)).isEqualTo(1);
        assertThat(run.err()).endsWith("\noctavo: slower (RATE_LIMITED)\n  request r-7\n");
    }

    @Test
    void standardInputIsNotSentTwice() {
        server.on(VERSIONS, TestServer.silence(), published(201));
        Run run = Run.against(server).input(PAYLOAD);
        assertThat(run.status("publish", "prices", "-", "--idempotency-key", "k1"))
                .isEqualTo(3);
        assertThat(server.changes()).hasSize(1);
        assertThat(run.err()).contains("octavo publish prices - --idempotency-key k1");
    }

    @Test
    void aFileThatChangedMeanwhileIsNotSentAgain() {
        server.on(VERSIONS, (exchange, request) -> Files.writeString(Path.of(file), "something else"));
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file)).isEqualTo(3);
        assertThat(server.changes()).hasSize(1);
    }

    @Test
    void aRefusalIsPrintedWithItsFieldsAndNotRepeated() {
        server.on(VERSIONS, TestServer.json(400, """
                        {"title":"Bad Request","status":400,"detail":"metadata is wrong","code":"INVALID_ARGUMENT",\
                        "requestId":"r-1","errors":[{"field":"meta","value":"x","expected":"key=value"}]}"""));
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file)).isEqualTo(1);
        assertThat(run.err()).endsWith("""
                        octavo: metadata is wrong (INVALID_ARGUMENT)
                          meta: x (expected: key=value)
                          request r-1
                        """);
        assertThat(server.changes()).hasSize(1);
    }

    @Test
    void anAnswerAboutOtherBytesIsAnError() {
        server.on(VERSIONS, TestServer.json(201, version("00")));
        Run run = Run.against(server).input(PAYLOAD);
        assertThat(run.status("publish", "prices", "-")).isEqualTo(1);
        assertThat(run.err()).contains("sha256: 00 (expected: " + SHA256 + ")");
    }

    @Test
    void withNoServerNothingHappened() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Run run = new Run().environment("OCTAVO_SERVER", "http://127.0.0.1:" + port);
        assertThat(run.input(PAYLOAD).status("publish", "prices", "-")).isEqualTo(1);
        assertThat(run.err())
                .endsWith("octavo: Octavo isn't reachable at http://127.0.0.1:" + port
                        + ": connection refused — start it with ./octavo up, or name another with --server\n");
        assertThat(run.pauses)
                .as("standard input was not read, so it was tried again")
                .hasSize(Attempts.MOST - 1);
    }

    @Test
    void anUploadThatStallsIsGivenUp() {
        server.on(VERSIONS, (exchange, request) -> {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Run run = Run.against(server).input(PAYLOAD).stallAfter(java.time.Duration.ofMillis(100));
        assertThat(run.status("publish", "prices", "-")).isEqualTo(3);
        assertThat(run.err()).contains("no progress");
    }

    @Test
    void wrongArgumentsAreFoundBeforeAnythingIsSent() {
        String[][] wrong = {
            {"--scope", ""},
            {"--scope="},
            {"--scope", "region="},
            {"--scope", "planet=earth"},
            {"--meta", "novalue"},
            {"--meta", "=x"},
            {"--meta", "a=1", "--meta", "a=2"},
            {"--hold", " "},
            {"--expected-version", "-1"},
            {"--expected-version", "many"},
            {"--idempotency-key", "with blank"},
            {"--idempotency-key", ""},
            {"--content-type", "json"},
            {"--stage", "--scope", "region=eu"},
            {"surplus"},
            {"--wait"}
        };
        for (String[] arguments : wrong) {
            Run run = Run.against(server);
            String[] all = new String[arguments.length + 3];
            all[0] = "publish";
            all[1] = "prices";
            all[2] = file;
            System.arraycopy(arguments, 0, all, 3, arguments.length);
            assertThat(run.status(all)).as(String.join(" ", arguments)).isEqualTo(2);
            assertThat(run.err()).startsWith("octavo: ").endsWith("Try: octavo publish --help\n");
        }
        assertThat(Run.against(server).status("publish", "Prices", file)).isEqualTo(2);
        assertThat(Run.against(server).status("publish", "prices", file + ".none"))
                .isEqualTo(2);
        assertThat(Run.against(server).status("publish", "prices", folder.toString()))
                .isEqualTo(2);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void anEmptyScopeSaysThatEverybodyIsWrittenOtherwise() {
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file, "--scope", "", "--json"))
                .isEqualTo(2);
        JsonNode error = run.errorJson();
        assertThat(error.path("code").asString()).isEqualTo("USAGE");
        assertThat(error.path("detail").asString()).contains("it is empty; everybody is written *");
    }

    @Test
    void tellsWhomItMovedAndNeverAsks() {
        String moved =
                version(SHA256).replaceFirst("}$", ",\"impact\":[{\"scope\":\"region=eu\",\"from\":6,\"to\":7}]}");
        server.on(VERSIONS, TestServer.json(201, moved));
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file)).isZero();
        assertThat(run.out()).doesNotContain("FROM");
        assertThat(run.err())
                .endsWith(" SCOPE      FROM  TO\n region=eu     6   7\n")
                .doesNotContain("Go ahead");
    }

    @Test
    void aServerThatDoesNotTellItsEnvironmentGetsThePublishAllTheSame() {
        server.on("GET /api/v1/status", TestServer.problem(503, "UNAVAILABLE", "not now"))
                .on(VERSIONS, published(201));
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file)).isZero();
        assertThat(run.err()).isEqualTo("Publishing to " + server.address() + "\n");
        assertThat(run.pauses).isEmpty();
    }

    @Test
    void aDryRunTellsWhatWouldBe() {
        String answer = version(SHA256)
                .replaceFirst("}$", ",\"dryRun\":true,\"impact\":[{\"scope\":\"*\",\"to\":7,\"instances\":12}]}");
        server.on(VERSIONS, TestServer.json(200, answer));
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file, "--dry-run")).isZero();
        assertThat(server.request("POST").target()).endsWith("/versions?dryRun=true");
        assertThat(run.out())
                .startsWith("Would be prices version 7 published to region=eu, 6 B")
                .contains(" SCOPE     FROM  TO  INSTANCES\n *      nothing   7         12\n")
                .endsWith("Nothing was changed: this was a dry run\n");
        Run json = Run.against(server);
        assertThat(json.status("publish", "prices", file, "--dry-run", "--json"))
                .isZero();
        assertThat(json.json().path("dryRun").asBoolean()).isTrue();
        assertThat(json.err()).isEmpty();
    }

    @Test
    void aServerThatDoesNotKnowDryRunsIsToldOf() {
        server.on(VERSIONS, published(201));
        Run run = Run.against(server);
        assertThat(run.status("publish", "prices", file, "--dry-run")).isEqualTo(1);
        assertThat(run.err()).contains("dryRun: the server didn't heed it").contains("octavo undo it");
    }

    @Test
    void aTerminalSeesABarOnStandardErrorOnly() {
        server.on(VERSIONS, published(201));
        Run run = Run.against(server).terminal("");
        assertThat(run.status("publish", "prices", file)).isZero();
        assertThat(run.err()).contains("prices 100%");
        assertThat(run.out()).startsWith("prices version 7");
    }
}
