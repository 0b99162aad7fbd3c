package io.octavo.server.publish;

import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The publishes under way on this node: at most so many, and each idempotency key of a topic once. */
final class RunningKeys {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final int most;
    private final Semaphore places;
    private final Set<Key> keys = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    RunningKeys(int most) {
        this.most = most;
        this.places = new Semaphore(most);
    }

    /**
     * Carries a publish out.
     *
     * @param key null = no other publish can be a repetition of this one
     */
    <T extends @Nullable Object> T during(String topic, @Nullable String key, Supplier<T> publish) {
        if (closed) {
            throw ServiceException.unavailable(
                    "this node is stopping; send the request again, to another one", RETRY_AFTER, null);
        }
        if (!places.tryAcquire()) {
            throw ServiceException.rateLimited(
                    "publishes under way on this node: " + most + " (expected: fewer); try again", RETRY_AFTER);
        }
        try {
            return key == null ? publish.get() : alone(new Key(topic, key), publish);
        } finally {
            places.release();
        }
    }

    /** Refuses all that come from now on. */
    void close() {
        closed = true;
    }

    /** Waits until none is under way; false if there is one at the end. To be called after {@link #close}. */
    boolean awaitNone(Duration atMost) throws InterruptedException {
        if (!places.tryAcquire(most, atMost.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        places.release(most);
        return true;
    }

    /** Whether a publish with this key is being carried out right now. */
    boolean has(String topic, String key) {
        return keys.contains(new Key(topic, key));
    }

    private <T extends @Nullable Object> T alone(Key key, Supplier<T> publish) {
        if (!keys.add(key)) {
            throw ServiceException.of(
                    ErrorCode.REQUEST_RUNNING,
                    "Idempotency-Key: " + key.key() + " (expected: one that is not being carried out right now); wait"
                            + " for the request that uses it, then repeat this one");
        }
        try {
            return publish.get();
        } finally {
            keys.remove(key);
        }
    }

    private record Key(String topic, String key) {}
}
