package io.octavo.server.reads;

import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits for what others read. */
final class Waits {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private Waits() {}

    /**
     * Blocks until it is there.
     *
     * @throws RuntimeException what the read threw
     * @throws ServiceException UNAVAILABLE if it takes too long
     */
    static <V> @Nullable V await(CompletableFuture<V> read, Duration atMost) {
        try {
            return read.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw ServiceException.unavailable("the log did not answer in time", RETRY_AFTER, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServiceException.unavailable("this node is stopping", RETRY_AFTER, e);
        }
    }
}
