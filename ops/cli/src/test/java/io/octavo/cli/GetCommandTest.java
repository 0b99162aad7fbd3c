package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.rules.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GetCommandTest {
    private static final byte[] PAYLOAD = new byte[300_000];
    private static final String LATEST = "GET /api/v1/topics/prices/latest";
    private static final String PAYLOAD_7 = "GET /api/v1/topics/prices/versions/7/payload";

    static {
        new Random(7).nextBytes(PAYLOAD);
    }

    @TempDir
    Path folder = Path.of("");

    private final TestServer server = new TestServer().on(LATEST, TestServer.json(200, version(PAYLOAD)));

    @AfterEach
    void stop() {
        server.close();
    }

    private static String version(byte[] payload) {
        return """
            {"topic":"prices","version":7,"size":%d,"sha256":"%s","reason":{"kind":"PUBLICATION","scope":"*"}}""".formatted(payload.length, HexFormat.of().formatHex(Digests.sha256(payload)));
    }

    private static TestServer.Reply whole(byte[] payload) {
        return TestServer.bytes(200, "application/octet-stream", payload);
    }

    /**
     * Sends some of the range that is asked for, and breaks the connection if that is not all of it, but not before the
     * run has written what it got: what is on its way when a connection breaks may be lost, and asked for again.
     */
    private static TestServer.Reply some(int most, Run run) {
        return (exchange, request) -> {
            int start = start(String.valueOf(request.header("Range")));
            byte[] sent = Arrays.copyOfRange(PAYLOAD, start, Math.min(start + most, PAYLOAD.length));
            TestServer.Reply reply = start == 0
                    ? TestServer.brokenAfter(200, sent, PAYLOAD.length)
                    : TestServer.brokenAfter(
                            206,
                            sent,
                            PAYLOAD.length - start,
                            "Content-Range",
                            "bytes " + start + "-" + (PAYLOAD.length - 1) + "/" + PAYLOAD.length);
            reply.to(exchange, request);
            run.awaitOut(start + sent.length);
        };
    }

    private static int start(String range) {
        return range.equals("null") ? 0 : Integer.parseInt(range.replaceAll("bytes=([0-9]+)-", "$1"));
    }

    private List<String> ranges() {
        return server.requests().stream()
                .filter(request -> request.target().endsWith("/payload"))
                .map(request -> String.valueOf(request.header("Range")))
                .toList();
    }

    private List<String> filesInFolder() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @Test
    void writesThePayloadAndNothingElseToStandardOutput() {
        server.on(PAYLOAD_7, whole(PAYLOAD));
        Run run = Run.against(server);
        assertThat(run.status("get", "prices")).isZero();
        assertThat(run.outBytes()).isEqualTo(PAYLOAD);
        assertThat(run.err()).isEmpty();
        assertThat(ranges()).containsExactly("null");
    }

    @Test
    void asksAsTheConsumerThatItIsTold() {
        server.on(PAYLOAD_7, whole(PAYLOAD));
        int status = Run.against(server)
                .status("get", "prices", "--region", "eu", "--app=recs", "--cluster", "blue", "--instance", "i 1");
        assertThat(status).isZero();
        assertThat(server.requests().get(0).target())
                .isEqualTo("/api/v1/topics/prices/latest?region=eu&app=recs&cluster=blue&instance=i%201");
    }

    @Test
    void getsAnyVersionByItsNumber() {
        server.on("GET /api/v1/topics/prices/versions/7", TestServer.json(200, version(PAYLOAD)))
                .on(PAYLOAD_7, whole(PAYLOAD));
        Run run = Run.against(server);
        assertThat(run.status("get", "prices", "--version", "7")).isZero();
        assertThat(run.outBytes()).isEqualTo(PAYLOAD);
    }

    @Test
    void aFileIsReplacedAtOnceAndTheVersionPrinted() throws IOException {
        server.on(PAYLOAD_7, whole(PAYLOAD));
        Path file = Files.writeString(folder.resolve("prices.bin"), "old");
        Run run = Run.against(server);
        assertThat(run.status("get", "prices", "-o", file.toString(), "--json")).isZero();
        assertThat(file).hasBinaryContent(PAYLOAD);
        assertThat(filesInFolder()).containsExactly("prices.bin");
        assertThat(run.json().path("version").asInt()).isEqualTo(7);
        assertThat(run.json().path("file").asString()).isEqualTo(file.toString());
    }

    @Test
    void whatWasToBeRunThenIsAskedForByItsTime() {
        server.on(PAYLOAD_7, whole(PAYLOAD));
        assertThat(Run.against(server).status("get", "prices", "--app", "recs", "--at", "2h"))
                .isZero();
        assertThat(server.requests().get(0).target())
                .isEqualTo("/api/v1/topics/prices/latest?app=recs&at=2026-11-22T10%3A00%3A00Z");
    }

    @Test
    void whatIsNotOldIsAskedForBesideTheConsumerOnly() {
        server.on(PAYLOAD_7, whole(PAYLOAD));
        assertThat(Run.against(server).status("get", "prices", "--app", "recs", "--strict"))
                .isZero();
        assertThat(server.requests().get(0).target()).isEqualTo("/api/v1/topics/prices/latest?app=recs&strict=true");
        assertThat(Run.against(server).status("get", "prices", "--version", "7", "--min-revision", "3"))
                .isEqualTo(2);
        assertThat(Run.against(server).status("get", "prices", "--at", "2h", "--min-revision", "3"))
                .isEqualTo(2);
    }

    @Test
    void aLinkedFileIsReplacedWhereItIs() throws IOException {
        server.on(PAYLOAD_7, whole(PAYLOAD));
        Path file = Files.writeString(folder.resolve("prices.bin"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThat(Run.against(server).status("get", "prices", "-o", link.toString()))
                .isZero();
        assertThat(link).isSymbolicLink();
        assertThat(file).hasBinaryContent(PAYLOAD);
    }

    @Test
    void whatIsNoPlainFileIsWrittenAndStaysWhatItIs() {
        server.on(PAYLOAD_7, whole(PAYLOAD));
        assertThat(Run.against(server).status("get", "prices", "-o", "/dev/null"))
                .isZero();
        assertThat(Path.of("/dev/null")).exists();
        assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
    }

    @Test
    void wrongBytesLeaveTheFileAsItWas() throws IOException {
        byte[] wrong = PAYLOAD.clone();
        wrong[299_999]++;
        server.on(PAYLOAD_7, whole(wrong));
        Path file = Files.writeString(folder.resolve("prices.bin"), "old");
        Run run = Run.against(server);
        assertThat(run.status("get", "prices", "-o", file.toString())).isEqualTo(1);
        assertThat(file).hasContent("old");
        assertThat(filesInFolder()).containsExactly("prices.bin");
        assertThat(run.err()).startsWith("octavo: payload: 300000 bytes with SHA-256 ");
    }

    @Test
    void moreBytesThanThereAreInTheVersionAreWrong() {
        server.on(PAYLOAD_7, whole(Arrays.copyOf(PAYLOAD, 400_000)));
        assertThat(Run.against(server).status("get", "prices")).isEqualTo(1);
    }

    @Test
    void aBrokenConnectionIsGoneOnWithWhereItBroke() {
        Run run = Run.against(server);
        server.on(
                PAYLOAD_7,
                some(100_000, run),
                some(50_000, run),
                TestServer.silence(),
                TestServer.problem(503, "UNAVAILABLE", "restarting"),
                some(PAYLOAD.length, run));
        int status = run.status("get", "prices");
        assertThat(status).as(run.err()).isZero();
        assertThat(run.outBytes()).isEqualTo(PAYLOAD);
        List<Integer> starts = ranges().stream().map(GetCommandTest::start).toList();
        assertThat(starts).isSorted().startsWith(0, 100_000, 150_000).endsWith(150_000, 150_000);
    }

    @Test
    void aServerThatIgnoresTheRangeIsReadFromTheStart() {
        server.on(
                PAYLOAD_7,
                TestServer.brokenAfter(200, Arrays.copyOf(PAYLOAD, 100_000), PAYLOAD.length),
                whole(PAYLOAD));
        Run run = Run.against(server);
        assertThat(run.status("get", "prices")).isZero();
        assertThat(run.outBytes()).isEqualTo(PAYLOAD);
    }

    @Test
    void anAnswerForAnotherRangeIsRefused() {
        server.on(
                PAYLOAD_7,
                TestServer.brokenAfter(200, Arrays.copyOf(PAYLOAD, 100_000), PAYLOAD.length),
                TestServer.bytes(206, "x/y", PAYLOAD, "Content-Range", "bytes 5-9/300000"));
        Run run = Run.against(server);
        assertThat(run.status("get", "prices")).isEqualTo(1);
        assertThat(run.err()).containsPattern("Content-Range: bytes 5-9/300000 \\(expected: bytes [0-9]+-…\\)");
    }

    @Test
    void attemptsThatBringNothingAreBounded() {
        server.on(PAYLOAD_7, TestServer.brokenAfter(200, new byte[0], PAYLOAD.length));
        Run run = Run.against(server);
        assertThat(run.status("get", "prices")).isEqualTo(1);
        assertThat(run.pauses).hasSize(Download.FRUITLESS_ATTEMPTS - 1);
    }

    @Test
    void aPayloadThatStallsIsGoneOnWith() {
        Run run = Run.against(server).stallAfter(Duration.ofMillis(200));
        server.on(
                PAYLOAD_7,
                (exchange, request) -> {
                    exchange.sendResponseHeaders(200, PAYLOAD.length);
                    exchange.getResponseBody().write(PAYLOAD, 0, 1000);
                    exchange.getResponseBody().flush();
                    try {
                        Thread.sleep(60_000);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                some(PAYLOAD.length, run));
        assertThat(run.status("get", "prices")).isZero();
        assertThat(run.outBytes()).isEqualTo(PAYLOAD);
    }

    @Test
    void anEmptyPayloadIsOneToo() throws IOException {
        server.on(LATEST, TestServer.json(200, version(new byte[0])));
        Path file = folder.resolve("empty");
        assertThat(Run.against(server).status("get", "prices", "-o", file.toString()))
                .isZero();
        assertThat(file).isEmptyFile();
    }

    @Test
    void theServersNoIsPassedOn() {
        server.on(LATEST, TestServer.problem(404, "VERSION_NOT_FOUND", "prices: published to region=us only"));
        Run run = Run.against(server);
        assertThat(run.status("get", "prices", "--json")).isEqualTo(1);
        assertThat(run.errorJson().path("code").asString()).isEqualTo("VERSION_NOT_FOUND");
        assertThat(run.errorJson().path("requestId").asString()).isEqualTo("r-7");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aCollectedPayloadIsNotAskedForAgain() {
        server.on(PAYLOAD_7, TestServer.problem(410, "GONE", "collected yesterday"));
        Run run = Run.against(server);
        assertThat(run.status("get", "prices")).isEqualTo(1);
        assertThat(run.pauses).isEmpty();
        assertThat(run.err()).startsWith("octavo: collected yesterday (GONE)");
    }

    @Test
    void wrongArgumentsAreFoundBeforeAnythingIsSent() {
        String[][] wrong = {
            {"--version", "0"},
            {"--version", "7", "--region", "eu"},
            {"--version", "7", "--at", "2h"},
            {"--at", "tomorrow"},
            {"--region", ""},
            {"--app", "a b"},
            {"--instance", ""},
            {"-o", folder.toString()},
            {"-o", folder.resolve("no/file").toString()}
        };
        for (String[] arguments : wrong) {
            Run run = Run.against(server);
            String[] all = Stream.concat(Stream.of("get", "prices"), Stream.of(arguments))
                    .toArray(String[]::new);
            assertThat(run.status(all)).as(String.join(" ", arguments)).isEqualTo(2);
        }
        assertThat(ranges()).isEmpty();
    }
}
