package io.octavo.server.web;

import io.octavo.protocol.Consumer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Tells when a consumer is to run something else. Where there are subscriptions. */
@FunctionalInterface
public interface LatestChanges {
    /**
     * Completes when a consumer is to run another version than this one, and at the latest after a time; with
     * UNAVAILABLE when this node goes away. On a thread that must not be blocked.
     *
     * @return null if too many wait already
     */
    @Nullable
    CompletableFuture<Void> next(String topic, Consumer consumer, long version, Duration atMost);
}
