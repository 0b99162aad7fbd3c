package io.octavo.server.subscribe;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Waits for topics to be above a revision; its answer has a given size. */
class TestWaiter extends Waiter {
    final CompletableFuture<@Nullable Duration> answered = new CompletableFuture<>();
    private final List<String> topics;
    private final long above;
    private final int bytes;

    TestWaiter(long above, int bytes, String... topics) {
        this.topics = List.of(topics);
        this.above = above;
        this.bytes = bytes;
    }

    boolean isAnswered() {
        return answered.isDone();
    }

    @Override
    int topics() {
        return topics.size();
    }

    @Override
    String topic(int index) {
        return topics.get(index);
    }

    @Override
    boolean wants(int index, CachedTopic now) {
        return now.revision() > above;
    }

    @Override
    int answer() {
        if (!answered.complete(null)) {
            throw new IllegalStateException("answered twice");
        }
        return bytes;
    }

    @Override
    void fail(Throwable error) {
        if (!answered.completeExceptionally(error)) {
            throw new IllegalStateException("answered twice");
        }
    }

    @Override
    void sendAway(Duration retryAfter) {
        if (!answered.complete(retryAfter)) {
            throw new IllegalStateException("answered twice");
        }
    }

    @Override
    int weight() {
        return 1_000;
    }
}
