package io.octavo.client;

import io.octavo.rules.ErrorCode;
import io.octavo.tls.Authorities;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** HTTP, with TLS where an address says so, begun at its first use; when it is closed, its connections and threads end. */
final class Http implements AutoCloseable {
    /**
     * Where clients are made, one at a time, so that the thread of each is known. A client of Java 17 can't be closed: its
     * thread, with what that holds, goes some time after the client was collected; but it ends when it is interrupted.
     */
    private static final ThreadGroup MAKING = new ThreadGroup("octavo-http");

    /** Not the group: whoever makes a thread in that locks it. */
    private static final Object ONE_AT_A_TIME = new Object();

    private final Duration connectTimeout;
    private final HttpClient.Redirect redirects;
    private final @Nullable Authorities trusted;
    private @Nullable HttpClient client;
    private Set<Thread> selectors = Set.of();
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
            synchronized (ONE_AT_A_TIME) {
                Set<Thread> before = selectors();
                known = new CompletableFuture<HttpClient>()
                        .completeAsync(builder::build, task -> new Thread(MAKING, task, "octavo-http").start())
                        .join();
                selectors = selectors();
                selectors.removeAll(before);
            }
            client = known;
        }
        return known;
    }

    /** Doesn't wait for what is under way, which may never end then: its callers are to have given up before. */
    @Override
    public synchronized void close() {
        closed = true;
        client = null;
        selectors.forEach(Thread::interrupt);
        selectors = Set.of();
    }

    private static Set<Thread> selectors() {
        Thread[] all = new Thread[MAKING.activeCount() + 100];
        int count = MAKING.enumerate(all);
        return Arrays.stream(all, 0, count)
                .filter(thread -> thread.getName().endsWith("-SelectorManager"))
                .collect(Collectors.toCollection(HashSet::new));
    }
}
