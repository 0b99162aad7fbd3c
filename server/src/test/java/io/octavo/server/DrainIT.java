package io.octavo.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.octavo.server.cassandra.CassandraConfig;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.cassandra.TestCassandra;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server in a process of its own that is told to stop by SIGTERM amid publishes. */
class DrainIT {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final int ENDED_BY_SIGTERM = 143;
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private final CassandraConfig cassandra = TestCassandra.config(TestCassandra.shared());
    private final int port = RealNode.freePort();
    private final List<Process> started = new ArrayList<>();

    /** @param drain how long publishes that are under way have to end */
    private Process start(String drain) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                OctavoServer.class.getName()));
        command.addAll(RealNode.arguments(
                port,
                RealNode.freePort(),
                "--octavo.cassandra.keyspace=" + cassandra.keyspace(),
                "--octavo.drain.publishes=" + drain,
                "--octavo.node.name=draining",
                "--logging.level.root=INFO",
                "--octavo.log.format=json"));
        Process server = new ProcessBuilder(command)
                // Newer Javas warn there of what the driver's libraries use.
                .redirectError(folder.resolve("server.err").toFile())
                .redirectOutput(folder.resolve("server.log").toFile())
                .start();
        started.add(server);
        await().atMost(Duration.ofSeconds(90)).until(() -> isReady(server));
        return server;
    }

    @AfterEach
    void kill() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void aPublishUnderWayEndsWellAndNewOnesAreSentElsewhere() throws Exception {
        Process server = start("30s");
        assertThat(publish("held", "k-0").statusCode()).isEqualTo(201);
        CompletableFuture<HttpResponse<String>> held = holdLatest("held");
        try (Socket slow = begin("under-way", 6)) {
            server.destroy();
            await().atMost(SOON).until(() -> status("/actuator/health/readiness") == 503);
            // It leaves the list of nodes in between.
            HttpResponse<String> refused =
                    await().atMost(SOON).until(() -> publish("late", "k-1"), answer -> answer.statusCode() == 503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(refused.body()).contains("\"UNAVAILABLE\"", "this node is stopping");

            slow.getOutputStream().write("second".getBytes(ISO_8859_1), 0, 3);
            slow.getOutputStream().flush();
            assertThat(answer(slow)).startsWith("HTTP/1.1 201").contains("\"version\":1");
        }
        HttpResponse<String> sentAway = held.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(sentAway.statusCode()).isEqualTo(503);
        assertThat(sentAway.headers().firstValue("Retry-After")).isPresent();
        assertThat(sentAway.body()).contains("this node goes away");
        assertEnded(server);
    }

    @Test
    void aPublishThatIsTooSlowIsRefusedAndCanBeRepeatedWithItsKey() throws Exception {
        Process server = start("4s");
        try (Socket slow = begin("too-slow", 1_000_000)) {
            server.destroy();
            OutputStream out = slow.getOutputStream();
            slow.setSoTimeout(100);
            String answer = "";
            while (answer.isEmpty()) {
                try {
                    answer = answer(slow);
                } catch (IOException e) {
                    out.write('x');
                }
            }
            assertThat(answer)
                    .startsWith("HTTP/1.1 503")
                    .contains("Retry-After: ", "\"UNAVAILABLE\"", "this node is stopping");
        }
        assertEnded(server);
        start("4s");
        assertThat(publish("too-slow", "too-slow").statusCode()).isEqualTo(201);
    }

    private void assertEnded(Process server) throws InterruptedException, IOException {
        assertThat(server.waitFor(SOON.toSeconds(), TimeUnit.SECONDS))
                .as("it ends in time")
                .isTrue();
        assertThat(server.exitValue()).isEqualTo(ENDED_BY_SIGTERM);
        try (CassandraStore store = TestCassandra.open(cassandra)) {
            assertThat(store.nodes().read()).isEmpty();
        }
        assertThat(Files.readAllLines(folder.resolve("server.log")))
                .as("each line is a document")
                .isNotEmpty()
                .allMatch(line -> line.startsWith("{") && line.endsWith("}"));
    }

    private boolean isReady(Process server) throws InterruptedException {
        assertThat(server.isAlive()).as("the server lives").isTrue();
        return status("/actuator/health/readiness") == 200;
    }

    private int status(String path) throws InterruptedException {
        try {
            return CLIENT.send(
                            HttpRequest.newBuilder(address(path))
                                    .timeout(Duration.ofSeconds(5))
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return -1;
        }
    }

    /** Asks for another version than the latest, and waits until that waits. */
    private CompletableFuture<HttpResponse<String>> holdLatest(String topic) throws Exception {
        HttpRequest.Builder latest = HttpRequest.newBuilder(address("/api/v1/topics/" + topic + "/latest"));
        String etag = CLIENT.send(latest.copy().build(), BodyHandlers.ofString())
                .headers()
                .firstValue("ETag")
                .orElseThrow();
        CompletableFuture<HttpResponse<String>> held = CLIENT.sendAsync(
                latest.header("Prefer", "wait=30").header("If-None-Match", etag).build(), BodyHandlers.ofString());
        await().until(() -> metrics().contains("octavo_poll_held 1.0"));
        assertThat(held.isDone()).isFalse();
        return held;
    }

    private String metrics() throws IOException, InterruptedException {
        return CLIENT.send(
                        HttpRequest.newBuilder(address("/actuator/prometheus")).build(), BodyHandlers.ofString())
                .body();
    }

    private HttpResponse<String> publish(String topic, String key) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(address("/api/v1/topics/" + topic + "/versions"))
                        .header("Idempotency-Key", key)
                        .POST(BodyPublishers.ofString("all of it"))
                        .build(),
                BodyHandlers.ofString());
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    /** Sends the first three bytes of a publish, and waits until the server reads them. */
    private Socket begin(String topic, int length) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("POST /api/v1/topics/" + topic
                                + "/versions HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nIdempotency-Key: "
                                + topic + "\r\nContent-Length: " + length + "\r\n\r\n")
                        .getBytes(ISO_8859_1));
        byte[] goOn = socket.getInputStream().readNBytes("HTTP/1.1 100 \r\n\r\n".length());
        assertThat(new String(goOn, ISO_8859_1)).startsWith("HTTP/1.1 100");
        socket.getOutputStream().write("fir".getBytes(ISO_8859_1));
        return socket;
    }

    private static String answer(Socket socket) throws IOException {
        int first = socket.getInputStream().read();
        if (first < 0) {
            throw new AssertionError("closed without an answer");
        }
        socket.setSoTimeout(10_000);
        StringBuilder answer = new StringBuilder().append((char) first);
        byte[] buffer = new byte[4096];
        while (answer.indexOf("\r\n\r\n") < 0 || !answer.toString().endsWith("}")) {
            int read = socket.getInputStream().read(buffer);
            if (read < 0) {
                break;
            }
            answer.append(new String(buffer, 0, read, ISO_8859_1));
        }
        return answer.toString();
    }
}
