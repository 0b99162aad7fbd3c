package io.octavo.client;

import java.net.http.HttpClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Plain HTTP, begun at its first use. */
final class Http {
    private final Duration connectTimeout;
    private @Nullable HttpClient client;

    Http(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    synchronized HttpClient client() {
        HttpClient known = client;
        if (known == null) {
            known = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NORMAL)
                    .connectTimeout(connectTimeout)
                    .build();
            client = known;
        }
        return known;
    }
}
