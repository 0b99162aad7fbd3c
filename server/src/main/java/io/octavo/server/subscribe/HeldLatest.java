package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.rules.Resolution;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Somebody who waits until a consumer is to run another version of a topic. */
final class HeldLatest extends Waiter {
    private final String topic;
    private final Consumer consumer;
    private final long version;
    private final CompletableFuture<Void> changed = new CompletableFuture<>();

    /** @param version what it is given now; 0 = nothing */
    HeldLatest(String topic, Consumer consumer, long version) {
        this.topic = topic;
        this.consumer = consumer;
        this.version = version;
    }

    /** Completes when it is so, or the hold is over; with UNAVAILABLE if this node goes away. */
    CompletableFuture<Void> changed() {
        return changed;
    }

    @Override
    int topics() {
        return 1;
    }

    @Override
    String topic(int index) {
        return topic;
    }

    @Override
    boolean wants(int index, CachedTopic now) {
        Resolution given = now.offered(consumer, 0);
        return given != null && given.version() != version;
    }

    @Override
    int answer() {
        changed.complete(null);
        return 0;
    }

    @Override
    void fail(Throwable error) {
        changed.completeExceptionally(error);
    }

    @Override
    void sendAway(Duration retryAfter) {
        changed.completeExceptionally(
                ServiceException.unavailable("this node goes away; ask another one", retryAfter.plusSeconds(1), null));
    }

    @Override
    int weight() {
        // The request and its connection.
        return 30_000;
    }
}
