package io.octavo.client;

import io.octavo.tls.Authorities;
import java.net.http.HttpClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** HTTP, with TLS where an address says so, begun at its first use. */
final class Http {
    private final Duration connectTimeout;
    private final HttpClient.Redirect redirects;
    private final @Nullable Authorities trusted;
    private @Nullable HttpClient client;

    /**
     * Follows redirects, but from https to http.
     *
     * @param trusted believed about servers, beside those that the Java runtime knows; null = no others
     */
    Http(Duration connectTimeout, @Nullable Authorities trusted) {
        this(connectTimeout, HttpClient.Redirect.NORMAL, trusted);
    }

    Http(Duration connectTimeout, HttpClient.Redirect redirects, @Nullable Authorities trusted) {
        this.trusted = trusted;
        this.connectTimeout = connectTimeout;
        this.redirects = redirects;
    }

    synchronized HttpClient client() {
        HttpClient known = client;
        if (known == null) {
            HttpClient.Builder builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(redirects)
                    .connectTimeout(connectTimeout);
            if (trusted != null) {
                builder.sslContext(Authorities.context(null, trusted.besidesKnown()));
            }
            known = builder.build();
            client = known;
        }
        return known;
    }
}
