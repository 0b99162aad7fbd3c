package io.octavo.server.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Hint;
import io.octavo.server.nodes.NodeTable.Node;
import io.octavo.server.security.NodeSecret;
import io.octavo.server.tls.ServerTls;
import io.octavo.server.tls.TestAuthority;
import io.octavo.server.tls.TestTls;
import io.octavo.server.tls.TlsConfig.ClientAuth;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Several nodes on loopback. */
class HintsTest {
    private static final String SECRET = "the-secret-that-all-nodes-share!";
    private static final Duration ALL_TOLD = Duration.ofSeconds(20);
    private static final Node SELF = TestServer.node("self", "publish", "127.0.0.1:1", Instant.EPOCH);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Hints hints = new Hints(System::nanoTime, new Random(1), meters);
    private final List<AutoCloseable> opened = new ArrayList<>(List.of(hints));

    @TempDir
    private Path folder;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
    }

    @Test
    void everyOtherSubscribeNodeIsToldAndNoOther() {
        TestServer a = started(TestServer.start());
        TestServer b = started(TestServer.start());
        TestServer publisher = started(TestServer.start());
        calls("", "", null)
                .nodes(List.of(
                        SELF,
                        a.node("a", "subscribe"),
                        b.node("b", "publish,subscribe,housekeeping"),
                        publisher.node("c", "publish")));
        hints.offer(TestHeads.head("prices", 3));
        hints.offer(TestHeads.head("large", 4, HintFormat.LARGEST_HEAD));
        hints.offerPosition(TestHeads.head("again", 5));
        ByteString bytes = ByteString.copyFromUtf8("bytes");
        ByteString many = ByteString.copyFrom(new byte[HintFormat.LARGEST_HEAD]);
        hints.offer(TestHeads.head("with-bytes", 6), bytes);
        hints.offer(TestHeads.head("with-many", 7), many);

        Hint[] told = {
            TestHeads.hint("prices", 3),
            HintFormat.position(TestHeads.head("large", 4)),
            HintFormat.position(TestHeads.head("again", 5)),
            TestHeads.hint("with-bytes", 6).toBuilder().setPayload(bytes).build(),
            TestHeads.hint("with-many", 7)
        };
        await().untilAsserted(() -> assertThat(a.hints()).containsExactly(told));
        await().untilAsserted(() -> assertThat(b.hints()).containsExactly(told));
        await().untilAsserted(() -> assertThat(count("sent")).isEqualTo(10));
        assertThat(publisher.hints()).isEmpty();
    }

    @Test
    void ofWhatManyThreadsOfferTheNewestOfEachTopicArrives() throws InterruptedException {
        TestServer a = started(TestServer.start());
        calls("", "", null).nodes(List.of(SELF, a.node("a", "subscribe")));
        List<Thread> committers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String topic = "t" + i;
            committers.add(new Thread(() -> {
                for (int revision = 1; revision <= 500; revision++) {
                    hints.offer(TestHeads.head(topic, revision));
                }
            }));
        }
        committers.forEach(Thread::start);
        for (Thread committer : committers) {
            committer.join(10_000);
        }
        for (int i = 0; i < 4; i++) {
            Hint newest = TestHeads.hint("t" + i, 500);
            await().untilAsserted(() -> assertThat(a.hints()).contains(newest));
        }
        await().untilAsserted(
                        () -> assertThat(count("sent")).isEqualTo(a.hints().size()));
        assertThat(count("dropped")).isZero();
    }

    @Test
    void aNodeThatHangsAndOneThatIsGoneDelayNoOther() throws IOException {
        // It takes connections, and answers nothing.
        ServerSocket hanging = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        opened.add(hanging);
        TestServer gone = TestServer.start();
        Node goneNode = gone.node("gone", "subscribe");
        gone.close();
        TestServer well = started(TestServer.start());
        String silent = "127.0.0.1:" + hanging.getLocalPort();
        calls("", "", null)
                .nodes(List.of(
                        TestServer.node("hanging", "subscribe", silent, Instant.EPOCH),
                        goneNode,
                        well.node("well", "subscribe")));
        long begun = System.nanoTime();
        for (int i = 1; i <= 20; i++) {
            long revision = i;
            hints.offer(TestHeads.head("prices", revision));
            await().pollInterval(Duration.ofMillis(1))
                    .atMost(ALL_TOLD)
                    .untilAsserted(() -> assertThat(well.hints())
                            .isNotEmpty()
                            .extracting(Hint::getRevision)
                            .last()
                            .isEqualTo(revision));
        }
        // A call of the node that hangs takes 2 s, and there would be twenty.
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(ALL_TOLD);
        await().untilAsserted(() -> assertThat(count("sent")).isEqualTo(20));
        await().untilAsserted(() -> assertThat(count("failed")).isPositive());
    }

    @Test
    void aNodeThatJoinsIsToldFromItsFirstHeartbeatOnAndOneThatLeftIsNotToldAnyMore() {
        TestServer a = started(TestServer.start());
        TestServer b = started(TestServer.start());
        NodeCalls calls = calls("", "", null);
        calls.nodes(List.of(SELF, a.node("a", "subscribe")));
        hints.offer(TestHeads.head("prices", 1));
        await().untilAsserted(() -> assertThat(a.hints()).hasSize(1));

        calls.nodes(List.of(SELF, b.node("b", "subscribe")));
        hints.offer(TestHeads.head("prices", 2));
        await().untilAsserted(() -> assertThat(b.hints()).containsExactly(TestHeads.hint("prices", 2)));
        assertThat(a.hints()).hasSize(1);
    }

    @Test
    void aNodeThatWasStartedAgainIsToldAsSoonAsItsRowSaysSo() {
        TestServer first = TestServer.start();
        int port = first.port();
        NodeCalls calls = calls("", "", null);
        calls.nodes(List.of(first.node("a", "subscribe")));
        hints.offer(TestHeads.head("prices", 1));
        await().untilAsserted(() -> assertThat(first.hints()).hasSize(1));
        first.close();
        hints.offer(TestHeads.head("prices", 2));
        await().untilAsserted(() -> assertThat(count("failed")).isPositive());

        TestServer second = started(TestServer.start(port));
        calls.nodes(List.of(TestServer.node("a", "subscribe", "127.0.0.1:" + port, Instant.EPOCH.plusSeconds(1))));
        hints.offer(TestHeads.head("prices", 3));
        await().untilAsserted(() -> assertThat(second.hints()).contains(TestHeads.hint("prices", 3)));
    }

    @Test
    void withTheSecretHintsAreTakenAndWithoutItNot() {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("io.octavo");
        Level level = logger.getLevel();
        logger.setLevel(Level.TRACE);
        lines.start();
        logger.addAppender(lines);
        try {
            TestServer server = started(TestServer.start(TestServer.secret(true, SECRET)));
            calls(SECRET + "-not", "", null).nodes(List.of(server.node("a", "subscribe")));
            hints.offer(TestHeads.head("prices", 1));
            await().untilAsserted(() -> assertThat(count("dropped")).isEqualTo(1));
            assertThat(count("failed")).isEqualTo(1);
            assertThat(server.hints()).isEmpty();

            calls(SECRET, "", null).nodes(List.of(server.node("a", "subscribe")));
            hints.offer(TestHeads.head("prices", 2));
            await().untilAsserted(() -> assertThat(server.hints()).containsExactly(TestHeads.hint("prices", 2)));
        } finally {
            logger.detachAppender(lines);
            logger.setLevel(level);
        }
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.contains("node a does not take hints") && line.contains("UNAUTHENTICATED"))
                .noneMatch(line -> line.contains(SECRET));
    }

    @Test
    void overTlsANodeIsBelievedByItsAuthorityAlone() throws IOException {
        TestTls files = new TestTls(folder);
        TestServer server = started(TestServer.start(files.read(ClientAuth.NONE)));
        Path foreign = new TestAuthority("somebody else").file(folder);
        calls("", foreign.toString(), null).nodes(List.of(server.node("a", "subscribe")));
        hints.offer(TestHeads.head("prices", 1));
        await().untilAsserted(() -> assertThat(count("failed")).isPositive());
        assertThat(server.hints()).isEmpty();

        calls("", files.ca().toString(), null).nodes(List.of(server.node("a", "subscribe")));
        hints.offer(TestHeads.head("prices", 2));
        await().untilAsserted(() -> assertThat(server.hints()).contains(TestHeads.hint("prices", 2)));
    }

    @Test
    void overTlsANodeIsBelievedAtItsOwnAddressAlone() {
        TestTls files = new TestTls(folder);
        files.show(files.authority().signForElsewhere("elsewhere"));
        TestServer server = started(TestServer.start(files.read(ClientAuth.NONE)));
        calls("", files.ca().toString(), null).nodes(List.of(server.node("a", "subscribe")));
        hints.offer(TestHeads.head("prices", 1));
        await().untilAsserted(() -> assertThat(count("failed")).isPositive());
        assertThat(server.hints()).isEmpty();
    }

    @Test
    void aNodeThatIsAskedForACertificateShowsItsOwnTheNewestOne() {
        TestTls files = new TestTls(folder);
        ServerTls tls = files.read(ClientAuth.NEED);
        TestServer server = started(TestServer.start(tls));
        calls("", files.ca().toString(), null).nodes(List.of(server.node("a", "subscribe")));
        hints.offer(TestHeads.head("prices", 1));
        await().untilAsserted(() -> assertThat(count("failed")).isPositive());
        assertThat(server.hints()).isEmpty();

        NodeCalls calls = calls("", files.ca().toString(), tls);
        files.show("second");
        tls.reload();
        calls.nodes(List.of(server.node("a", "subscribe")));
        hints.offer(TestHeads.head("prices", 2));
        await().untilAsserted(() -> assertThat(server.hints()).contains(TestHeads.hint("prices", 2)));
    }

    private TestServer started(TestServer server) {
        opened.add(server);
        return server;
    }

    /** What the hints go out by from now on. */
    private NodeCalls calls(String secret, String ca, @Nullable ServerTls own) {
        NodeSecret shown = new NodeSecret(TestServer.secret(true, secret));
        NodeCalls calls = new NodeCalls(SELF, shown.shown(), new PeerTls(ca, own));
        calls.follow(hints::reach);
        opened.add(0, calls);
        return calls;
    }

    private double count(String outcome) {
        return meters.counter("octavo.hints", "outcome", outcome).count();
    }
}
