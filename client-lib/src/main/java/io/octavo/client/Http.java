package io.octavo.client;

import io.octavo.rules.ErrorCode;
import io.octavo.tls.Authorities;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** HTTP, with TLS where an address says so, begun at its first use; when it is closed, its connections and threads end. */
final class Http implements AutoCloseable {
    private final Duration connectTimeout;
    private final HttpClient.Redirect redirects;
    private final @Nullable Authorities trusted;
    private @Nullable HttpClient client;
    private @Nullable ThreadGroup threads;
    private boolean closed;

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
        if (closed) {
            throw OctavoException.lasting(ErrorCode.UNAVAILABLE, "this client is closed", null);
        }
        HttpClient known = client;
        if (known == null) {
            HttpClient.Builder builder = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(redirects)
                    .connectTimeout(connectTimeout);
            if (trusted != null) {
                builder.sslContext(Authorities.context(null, trusted.besidesKnown()));
            }
            ThreadGroup own = newGroup();
            known = new CompletableFuture<HttpClient>()
                    .completeAsync(builder::build, task -> new Thread(own, task, "octavo-http").start())
                    .join();
            threads = own;
            client = known;
        }
        return known;
    }

    /** Doesn't wait for what is under way, which may never end then: its callers are to have given up before. */
    @Override
    public synchronized void close() {
        closed = true;
        client = null;
        if (threads != null) {
            threads.interrupt();
            threads = null;
        }
    }

    /**
     * A client of Java 17 can't be closed: its thread, and what that holds, goes some time after the client was collected.
     * But it ends when it is interrupted, and is made in the group of the thread that makes the client.
     */
    @SuppressWarnings("removal")
    private static ThreadGroup newGroup() {
        ThreadGroup group = new ThreadGroup("octavo-http");
        // Java 17 keeps other groups for ever; later ones keep none.
        group.setDaemon(true);
        return group;
    }
}
