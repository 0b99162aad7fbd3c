package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.tls.TestAuthority;
import io.octavo.tls.Authorities;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real handshakes with a server that says yes to everything. */
@Timeout(60)
class S3TlsTest {
    private final TestAuthority authority = new TestAuthority("stores");
    private final AtomicInteger asked = new AtomicInteger();

    @TempDir
    private Path folder;

    private HttpsServer server;

    @BeforeEach
    void start() throws Exception {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(Authorities.context(
                authority.sign("store").toKeyManagerFactory().getKeyManagers(),
                Authorities.read("ca", authority.file(folder)).alone())));
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aStoreOfTheGivenAuthorityIsBelieved() {
        try (S3Region region = region("127.0.0.1", authority.file(folder))) {
            region.check(false);
        }
        assertThat(asked).hasValue(1);
    }

    @Test
    void aStoreOfAnotherAuthorityIsNotEvenAsked() {
        Path foreign = new TestAuthority("somebody else").file(folder);
        try (S3Region region = region("127.0.0.1", foreign)) {
            assertThatThrownBy(() -> region.check(false)).isInstanceOf(ServiceException.class);
        }
        assertThat(asked).hasValue(0);
    }

    @Test
    void aFileThatIsNotThereIsRefusedByName() {
        Path missing = folder.resolve("none.pem");
        assertThatThrownBy(() -> region("127.0.0.1", missing))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("octavo.regions[].s3.ca: " + missing);
    }

    @Test
    void anAuthorityWithoutTlsIsRefused() {
        assertThatThrownBy(() -> new S3Config(
                        URI.create("http://store"), "octavo", "key", "secret", true, "us-east-1", "ca.pem", null))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("octavo.regions[].s3.endpoint: http://store (expected: https://");
    }

    private S3Region region(String host, Path ca) {
        URI endpoint = URI.create("https://" + host + ":" + server.getAddress().getPort());
        PayloadConfig config = PayloadConfigTest.bind(Map.of("octavo.payload.attempts", "1"));
        S3Config s3 = new S3Config(endpoint, "octavo", "key", "secret", true, "us-east-1", ca.toString(), null);
        return new S3Region(new RegionConfig("eu", s3), config, new SimpleMeterRegistry());
    }
}
