package io.octavo.server.payload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.server.errors.ServiceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lists of a store that gives fewer keys a page than it was asked for; everything else is tried on a real one. */
@Timeout(60)
class S3ObjectsTest {
    private final HttpServer server;
    private final AtomicInteger pages = new AtomicInteger();
    private final S3Objects objects;
    /** Keys of each page; after the last one the same again, if that says that more follow. */
    private List<List<String>> list = List.of();

    private boolean endless;

    S3ObjectsTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange);
            }
        });
        server.start();
        URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        objects = new S3Objects(
                new RegionConfig("eu", new S3Config(endpoint, "octavo", "key", "secret", true, "us-east-1")),
                PayloadConfigTest.bind(Map.of()),
                2,
                new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        objects.close();
        server.stop(0);
    }

    @Test
    void aShortPageIsNotTheEnd() {
        list = List.of(List.of("a", "b"), List.of(), List.of("c"), List.of());
        assertThat(objects.list("", "", 1_000))
                .extracting(SmallObjects.Listed::key)
                .containsExactly("a", "b", "c");
        assertThat(pages).hasValue(4);
    }

    @Test
    void noMoreIsAskedForThanIsWanted() {
        list = List.of(List.of(), List.of("a", "b"), List.of("c"));
        assertThat(objects.list("", "", 2)).extracting(SmallObjects.Listed::key).containsExactly("a", "b");
        assertThat(pages).hasValue(2);
    }

    @Test
    void aListThatHasNoEndIsAFailure() {
        list = List.of(List.of());
        endless = true;
        assertThatThrownBy(() -> objects.list("heads/", "", 1))
                .isInstanceOf(ServiceException.class)
                .hasMessage("region eu: a list of heads/ has no end after 100 pages");
    }

    private void answer(HttpExchange exchange) throws IOException {
        int page = pages.getAndIncrement();
        StringBuilder xml = new StringBuilder("<ListBucketResult>");
        list.get(Math.min(page, list.size() - 1))
                .forEach(key -> xml.append("<Contents><Key>").append(key).append("</Key></Contents>"));
        boolean more = endless || page < list.size() - 1;
        xml.append("<IsTruncated>").append(more).append("</IsTruncated>");
        xml.append(more ? "<NextContinuationToken>" + page + "</NextContinuationToken>" : "");
        byte[] bytes = xml.append("</ListBucketResult>").toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
