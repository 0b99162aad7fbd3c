package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a store does that doesn't answer; everything else is tried on a real one. */
@Timeout(60)
class S3RegionTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void aStoreThatIsSilentIsGivenUpInBoundedTime() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                S3Region region = region(silent.getLocalPort());
                S3Region brief = region(silent.getLocalPort(), "octavo.payload.call-timeout", "2s")) {
            assertGivenUp(() -> region.check(false), "region eu: S3 can't be reached for HeadBucket");
            // Nobody takes the bytes: a write has no time-out of its own, the call has.
            assertGivenUp(
                    () -> brief.put("key", "attempt", 1, new byte[PartBuffers.PART_SIZE], PartBuffers.PART_SIZE),
                    "region eu: S3 did not finish UploadPart in time");
        }
        assertThat(meters.get("octavo.s3.calls").tag("outcome", "failed").timers())
                .hasSize(2);
    }

    @Test
    void aCallThatTakesTooLongIsGivenUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                S3Region region = region(silent.getLocalPort(), "octavo.payload.call-timeout", "150ms")) {
            assertGivenUp(
                    () -> region.begin("key", Origin.exported("topic", 1)),
                    "region eu: S3 did not finish CreateMultipartUpload in time");
        }
    }

    @Test
    void aStoreThatIsNotThereIsGivenUpInBoundedTime() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        try (S3Region region = region(port)) {
            assertGivenUp(() -> region.size("key"), "region eu: S3 can't be reached for HeadObject");
            assertGivenUp(
                    () -> region.read(region.location("key"), 0, 1), "region eu: S3 can't be reached for GetObject");
        }
    }

    @Test
    void aStoreWhoseDiskIsFullIsUnavailableForNow() throws IOException {
        HttpServer full = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        full.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(507, -1);
            exchange.close();
        });
        full.start();
        try (S3Region region = region(full.getAddress().getPort())) {
            assertThatThrownBy(() -> region.put("key", "attempt", 1, new byte[100], 100))
                    .hasMessageStartingWith("region eu: S3 answers UploadPart with 507")
                    .isInstanceOfSatisfying(ServiceException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                        assertThat(e.retryAfter()).isPositive();
                    });
        } finally {
            full.stop(0);
        }
    }

    @Test
    void addressesOfPartsAreThoseThatClientsReachAndSignTheirLength() {
        S3Config s3 = new S3Config(
                URI.create("http://127.0.0.1:1"),
                "octavo",
                "key",
                "secret",
                true,
                "us-east-1",
                null,
                URI.create("https://data.example.org"));
        try (S3Region region = new S3Region(new RegionConfig("eu", s3), PayloadConfigTest.bind(Map.of()), meters)) {
            String url = region.partLink("payloads/01/02", "attempt", 7, 42, Duration.ofMinutes(5))
                    .url();
            assertThat(url)
                    .startsWith("https://data.example.org/octavo/payloads/01/02?")
                    .contains("partNumber=7", "uploadId=attempt", "X-Amz-Expires=300")
                    .contains("X-Amz-SignedHeaders=content-length%3Bhost&")
                    .doesNotContainIgnoringCase("checksum");
            assertThat(region.link(region.location("payloads/01/02")).getUrl())
                    .startsWith("https://data.example.org/octavo/payloads/01/02?");
        }
    }

    private S3Region region(int port) {
        return region(port, "octavo.payload.call-timeout", "20s");
    }

    private S3Region region(int port, String key, String value) {
        URI endpoint = URI.create("http://127.0.0.1:" + port);
        PayloadConfig config = PayloadConfigTest.bind(Map.of(
                "octavo.payload.connect-timeout",
                "200ms",
                "octavo.payload.read-timeout",
                "200ms",
                "octavo.payload.attempts",
                "2",
                key,
                value));
        return new S3Region(
                new RegionConfig("eu", new S3Config(endpoint, "octavo", "key", "secret", true, "us-east-1")),
                config,
                meters);
    }

    private static void assertGivenUp(Runnable call, String message) {
        long start = System.nanoTime();
        assertThatThrownBy(call::run)
                .isInstanceOf(ServiceException.class)
                .hasMessageStartingWith(message)
                .hasMessageNotContaining("127.0.0.1");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BOUND);
    }
}
