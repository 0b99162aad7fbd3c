package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HttpTest {
    @Test
    void closedItLeavesNoThread() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        try {
            Set<Thread> before = threads();
            Http http = new Http(Duration.ofSeconds(5), null);
            URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            assertThat(http.client()
                            .send(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(204);
            Set<Thread> its = threads();
            its.removeAll(before);
            assertThat(its).isNotEmpty();

            http.close();

            await().untilAsserted(() -> assertThat(its).noneMatch(Thread::isAlive));
        } finally {
            server.stop(0);
        }
    }

    @Test
    void closedItOpensNothingMore() {
        Http http = new Http(Duration.ofSeconds(5), null);
        http.close();
        assertThatThrownBy(http::client).isInstanceOf(OctavoException.class).hasMessageContaining("closed");
    }

    /** Without the server's. */
    private static Set<Thread> threads() {
        Set<Thread> all = new HashSet<>(Thread.getAllStackTraces().keySet());
        all.removeIf(thread -> !thread.getName().startsWith("HttpClient"));
        return all;
    }
}
