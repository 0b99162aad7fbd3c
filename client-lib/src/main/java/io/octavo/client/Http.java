package io.octavo.client;

import java.net.http.HttpClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Plain HTTP, begun at its first use. */
final class Http {
    private final Duration connectTimeout;
    private final HttpClient.Redirect redirects;
    private @Nullable HttpClient client;

    /** Follows redirects, but from https to http. */
    Http(Duration connectTimeout) {
        this(connectTimeout, HttpClient.Redirect.NORMAL);
    }

    Http(Duration connectTimeout, HttpClient.Redirect redirects) {
        this.connectTimeout = connectTimeout;
        this.redirects = redirects;
    }

    synchronized HttpClient client() {
        HttpClient known = client;
        if (known == null) {
            known = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(redirects)
                    .connectTimeout(connectTimeout)
                    .build();
            client = known;
        }
        return known;
    }
}
