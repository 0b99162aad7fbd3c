package io.octavo.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A value in use, and the file behind it if there is one.
 *
 * @param payload what the value was made of
 */
record Held<T>(Snapshot<T> snapshot, LoadedPayload payload) {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    /** @param by whose word it is to use it */
    static <T> Held<T> of(Making.Made<T> made, Target by, Instant now) {
        LoadedPayload payload = made.payload();
        Snapshot<T> snapshot = new Snapshot<>(
                made.value(),
                payload.version(),
                by.revision(),
                payload.metadata(),
                Instant.ofEpochMilli(payload.record().getAtMs()),
                by.source(),
                by.asOf(),
                now);
        return new Held<>(snapshot, payload);
    }

    /** The same, now known from the service. */
    Held<T> confirmed(Instant now) {
        return new Held<>(snapshot.confirmed(now), payload);
    }

    /**
     * Closes the value, unless it is also the one that took its place, and deletes its file.
     *
     * @param callbacks where values are closed
     */
    CompletionStage<?> letGo(@Nullable Held<T> successor, Executor callbacks, ClientMetrics metrics) {
        T value = snapshot.value();
        boolean stays = successor != null && successor.snapshot.value() == value;
        CompletableFuture<?> closed = CompletableFuture.completedFuture(null);
        if (value instanceof AutoCloseable closeable && !stays) {
            closed = closed(closeable, callbacks, metrics);
        }
        return closed.thenRun(payload::delete);
    }

    private CompletableFuture<?> closed(AutoCloseable value, Executor callbacks, ClientMetrics metrics) {
        try {
            return CompletableFuture.runAsync(() -> close(value, metrics), callbacks);
        } catch (RuntimeException | Error e) {
            // No thread can be had for it now: better here than never.
            close(value, metrics);
            return CompletableFuture.completedFuture(null);
        }
    }

    private void close(AutoCloseable value, ClientMetrics metrics) {
        try {
            value.close();
        } catch (Throwable e) {
            LOG.log(Level.WARNING, "a value of topic " + payload.topic() + " can't be closed", e);
            metrics.failed(payload.topic(), ClientMetrics.Failure.CLOSE);
        }
    }
}
