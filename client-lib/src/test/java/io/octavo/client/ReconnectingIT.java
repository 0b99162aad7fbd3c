package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReconnectingIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final TestServer server = new TestServer().start();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aServiceThatIsNotThereYetIsWaitedFor() throws Exception {
        server.stop();
        try (OctavoClient client =
                server.client().pollInterval(Duration.ofMillis(300)).build()) {
            Subscription<String> subscription =
                    client.subscription("greeting", Deserializers.utf8()).start();
            await().until(() -> subscription.state().error() != null);
            assertThatExceptionOfType(OctavoException.class)
                    .isThrownBy(() -> subscription.awaitValue(Duration.ofMillis(1)))
                    .withMessageContaining("Connection refused");
            server.topics.publish("greeting", "hello");
            server.start();
            assertThat(subscription.awaitValue(SOON)).isEqualTo("hello");
        }
    }

    @Test
    void aServiceThatComesBackIsFoundAgain() throws Exception {
        server.topics.publish("greeting", "one");
        try (OctavoClient client =
                server.client().pollInterval(Duration.ofMillis(300)).build()) {
            Subscription<String> subscription =
                    client.subscription("greeting", Deserializers.utf8()).start();
            subscription.awaitValue(SOON);
            for (int i = 0; i < 3; i++) {
                server.stop();
                String next = "version " + i;
                server.topics.publish("greeting", next);
                server.start();
                await().until(() -> subscription.get().equals(next));
            }
            assertThat(subscription.state().phase()).isEqualTo(SubscriptionState.Phase.RUNNING);
        }
    }

    @Test
    void theOtherNodeTakesOverWhenOneFails() throws Exception {
        TestServer other = new TestServer().start();
        try (other;
                OctavoClient client = OctavoClient.builder()
                        .subscribeEndpoints(List.of(server.endpoint(), other.endpoint()))
                        .pollInterval(Duration.ofMillis(300))
                        .build()) {
            server.topics.publish("greeting", "same");
            other.topics.publish("greeting", "same");
            Subscription<String> subscription =
                    client.subscription("greeting", Deserializers.utf8()).start();
            subscription.awaitValue(SOON);
            TestServer used = server.polls.isEmpty() ? other : server;
            TestServer spare = server.polls.isEmpty() ? server : other;
            used.stop();
            spare.topics.publish("greeting", "from the spare one");
            await().until(() -> subscription.get().equals("from the spare one"));
        }
    }

    @Test
    void aServerTellsWhichNodesToUse() throws Exception {
        server.topics.publish("greeting", "hello");
        BlockingDeque<String> status = new LinkedBlockingDeque<>(List.of("{}"));
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/api/v1/status", exchange -> {
            byte[] body = status.getLast().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        http.start();
        URI address = URI.create("http://localhost:" + http.getAddress().getPort());
        try (OctavoClient client = OctavoClient.builder()
                .server(address)
                .region("eu")
                .pollInterval(Duration.ofMillis(300))
                .build()) {
            Subscription<String> subscription =
                    client.subscription("greeting", Deserializers.utf8()).start();
            await().until(() -> subscription.state().error() != null);
            assertThat(subscription.state().error()).hasMessageContaining("no node serves subscribe");
            status.add("""
                    {"ready": true, "nodes": [
                      {"node": "a", "roles": ["publish"], "region": "eu", "grpc": "localhost:1"},
                      {"node": "b", "roles": ["subscribe"], "region": "us", "grpc": "localhost:1"},
                      {"node": "c", "roles": ["publish", "subscribe"], "region": "eu", "grpc": "%s"}]}
                    """.formatted(server.endpoint()));
            assertThat(subscription.awaitValue(SOON)).isEqualTo("hello");
            status.add("nonsense");
            server.stop();
            server.topics.publish("greeting", "again");
            server.start();
            await().until(() -> subscription.get().equals("again"));
        } finally {
            http.stop(0);
        }
    }

    @Test
    void aServerThatIsNotThereIsNamed() {
        try (OctavoClient client =
                OctavoClient.builder().server(URI.create("http://localhost:1/")).build()) {
            Subscription<String> subscription =
                    client.subscription("greeting", Deserializers.utf8()).start();
            await().until(() -> subscription.state().error() != null);
            assertThat(subscription.state().error())
                    .hasMessageStartingWith("Octavo isn't reachable at http://localhost:1/api/v1/status: ");
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsNotSaidToRefuse() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                OctavoClient client = OctavoClient.builder()
                        .server(URI.create("http://127.0.0.1:" + silent.getLocalPort()))
                        .requestTimeout(Duration.ofMillis(300))
                        .build()) {
            Subscription<String> subscription =
                    client.subscription("greeting", Deserializers.utf8()).start();
            await().until(() -> subscription.state().error() != null);
            assertThat(subscription.state().error()).hasMessageEndingWith("/api/v1/status: no answer within PT0.3S");
        }
    }
}
