package io.octavo.server.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers who send or take by drops: they are refused, and what they kept is free again. */
@Timeout(60)
class SlowCallersTest {
    /** Linux lets a socket that nobody reads from take up to 4 MiB. */
    private static final int MORE_THAN_A_SOCKET_HOLDS = 16 << 20;

    private static TestNode node;
    /** Where nobody is refused for a moment without a byte. */
    private static TestNode patient;

    private final String topic = TestNode.newTopic();

    @BeforeAll
    static void start() {
        node = start("1s");
        patient = start("10s");
    }

    private static TestNode start(String stall) {
        return TestNode.configured(
                "--octavo.publish.min-rate=1KB",
                "--octavo.publish.rate-window=300ms",
                "--octavo.publish.rate-grace=0s",
                "--octavo.publish.time-limit=3s",
                "--server.tomcat.connection-timeout=" + stall);
    }

    @AfterAll
    static void stop() {
        node.close();
        patient.close();
    }

    @Test
    void aPublishThatTricklesIsRefusedAndMakesNothing() throws IOException {
        String answer = trickled("POST /api/v1/topics/" + topic + "/versions", 10);
        assertThat(answer)
                .startsWith("HTTP/1.1 408")
                .contains("Connection: close", "\"TOO_SLOW\"", "bytes a second over PT0.3S (expected: at least 1024)");
        patient.http().get("/api/v1/topics/" + topic).isStatus(404);
    }

    @Test
    void aPublishThatStopsIsRefused() throws IOException {
        try (Socket socket = begin(node, "POST /api/v1/topics/" + topic + "/versions")) {
            assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                    .startsWith("HTTP/1.1 408")
                    .contains("\"TOO_SLOW\"")
                    .containsPattern("body: nothing for [0-9]{4,} ms");
        }
        node.http().get("/api/v1/topics/" + topic).isStatus(404);
    }

    @Test
    void aPublishThatTakesTooLongInAllIsRefusedWhateverItsRate() throws IOException {
        assertThat(trickled("POST /api/v1/topics/" + topic + "/versions", 500))
                .startsWith("HTTP/1.1 408")
                .contains("\"TOO_SLOW\"", "bytes in PT3S (expected: all its bytes in that time)");
    }

    @Test
    void aDocumentThatTricklesIsRefusedToo() throws IOException {
        assertThat(trickled("PUT /api/v1/topics/" + topic, 10))
                .startsWith("HTTP/1.1 408")
                .contains("\"TOO_SLOW\"");
    }

    @Test
    void theRestOfARefusedBodyIsNotWaitedForForEver() throws IOException {
        node.http().publish(topic, "one");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /api/v1/topics/" + topic + "/versions HTTP/1.1\r\nHost: localhost\r\n"
                            + "Octavo-Expected-Version: 7\r\nContent-Length: 10000000\r\n\r\n")
                    .getBytes(ISO_8859_1));
            assertThat(answerBefore(socket, out)).startsWith("HTTP/1.1 409").contains("\"VERSION_CONFLICT\"");
        }
    }

    @Test
    void aReaderWhoStopsReadingIsGivenUp() throws Exception {
        Endless payload = new Endless();
        long version = node.http().publish(topic, "x".repeat(MORE_THAN_A_SOCKET_HOLDS));
        node.outlet((part, offset, length) -> payload);
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()));
            socket.getOutputStream()
                    .write(("GET /api/v1/topics/" + topic + "/versions/" + version
                                    + "/payload HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .getBytes(ISO_8859_1));
            // It is read from no more: the thread that writes lets the payload go.
            assertThat(payload.closed.get(20, TimeUnit.SECONDS)).isLessThan(MORE_THAN_A_SOCKET_HOLDS);
        } finally {
            node.outlet(node.payloads());
        }
    }

    /** Goes on sending by drops until the server closes the connection; answers what it said. */
    private static String answerBefore(Socket socket, OutputStream out) throws IOException {
        StringBuilder answer = new StringBuilder();
        socket.setSoTimeout(100);
        while (true) {
            try {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    return answer.toString();
                }
                answer.append((char) next);
            } catch (SocketTimeoutException e) {
                sendDrop(out);
            } catch (IOException e) {
                // Closed although bytes were still on their way.
                return answer.toString();
            }
        }
    }

    private static void sendDrop(OutputStream out) {
        try {
            out.write('x');
            out.flush();
        } catch (IOException e) {
            // The next read says so too.
        }
    }

    /** Sends some bytes every few ms until an answer comes. */
    private static String trickled(String line, int bytes) throws IOException {
        try (Socket socket = begin(patient, line)) {
            socket.setSoTimeout(50);
            OutputStream out = socket.getOutputStream();
            byte[] drop = new byte[bytes];
            while (true) {
                try {
                    int first = socket.getInputStream().read();
                    // Else the rest of the body would be waited for.
                    socket.shutdownOutput();
                    socket.setSoTimeout(10_000);
                    return (char) first + new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
                } catch (SocketTimeoutException e) {
                    out.write(drop);
                    out.flush();
                }
            }
        }
    }

    private static Socket begin(TestNode node, String line) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
        socket.setSoTimeout(10_000);
        socket.getOutputStream()
                .write((line
                                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n")
                        .getBytes(ISO_8859_1));
        return socket;
    }

    /** A payload without an end. */
    private static final class Endless extends InputStream {
        /** How many bytes were read by then. */
        final CompletableFuture<Long> closed = new CompletableFuture<>();

        private long given;

        @Override
        public int read() {
            given++;
            return 0;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            given += length;
            return length;
        }

        @Override
        public void close() {
            closed.complete(given);
        }
    }
}
