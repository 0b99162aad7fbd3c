package io.octavo.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.client.Deserializers;
import io.octavo.client.OctavoClient;
import io.octavo.client.OctavoException;
import io.octavo.client.Subscription;
import io.octavo.server.tls.TestAuthority;
import io.octavo.server.tls.TestTls;
import io.octavo.tls.Authorities;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes: where they listen, and what they speak there. */
class ListenIT {
    /** Loopback too, but another address of it. */
    private static final String OTHER = "127.0.0.2";

    @TempDir
    private Path folder;

    @Test
    void withoutConfigurationOnlyLoopbackIsListenedOn() throws IOException {
        try (RealNode node = RealNode.start()) {
            assertThat(listens("127.0.0.1", node.http())).isTrue();
            assertThat(listens("127.0.0.1", node.grpc())).isTrue();
            assertThat(listens(OTHER, node.http())).isFalse();
            assertThat(listens(OTHER, node.grpc())).isFalse();
        }
    }

    @Test
    void behindAProxyThatSpeaksTlsEveryAddressMayBeListenedOn() throws IOException {
        int grpc = RealNode.freePort();
        try (RealNode node = RealNode.start(
                "--octavo.security.enabled=true",
                "--octavo.security.plaintext=true",
                "--server.address=0.0.0.0",
                "--octavo.grpc.endpoint=0.0.0.0:" + grpc)) {
            assertThat(listens(OTHER, node.http())).isTrue();
            assertThat(listens(OTHER, grpc)).isTrue();
        }
    }

    @Test
    void aClientPublishesAndFollowsByTlsAlone() throws Exception {
        TestTls files = new TestTls(folder);
        try (RealNode node =
                RealNode.start("--octavo.tls.certificate=" + files.certificate(), "--octavo.tls.key=" + files.key())) {
            assertThat(get(node, files.ca(), "/api/v1/status"))
                    .contains("\"grpcTls\":true", "\"http\":\"https://127.0.0.1:");
            try (OctavoClient client = client(node, files.ca());
                    Subscription<String> prices =
                            client.subscription("prices", Deserializers.utf8()).start()) {
                client.publish("prices").string("one");
                assertThat(prices.awaitValue(Duration.ofSeconds(20))).isEqualTo("one");
            }
            List<String> metrics =
                    get(node, files.ca(), "/actuator/prometheus").lines().toList();
            assertThat(AlertRule.all())
                    .filteredOn(AlertRule::isOfTls)
                    .isNotEmpty()
                    .allSatisfy(rule -> rule.assertMeasuredBy(metrics));
            Path foreign = new TestAuthority("somebody else").file(folder);
            try (OctavoClient client = client(node, foreign)) {
                assertThatThrownBy(() -> client.publish("prices").string("two")).isInstanceOf(OctavoException.class);
            }
        }
    }

    private static OctavoClient client(RealNode node, Path ca) {
        return OctavoClient.builder()
                .server(node.base("https"))
                .trust(ca)
                .requestTimeout(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(200))
                .build();
    }

    private static String get(RealNode node, Path ca, String path) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newBuilder()
                .sslContext(Authorities.context(null, Authorities.read("ca", ca).alone()))
                .build();
        URI address = URI.create(node.base("https") + path);
        return new String(
                client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofByteArray())
                        .body(),
                UTF_8);
    }

    private static boolean listens(String address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getAllByName(address)[0], port), 2_000);
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }
}
