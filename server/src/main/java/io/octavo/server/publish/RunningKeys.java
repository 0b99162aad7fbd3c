package io.octavo.server.publish;

import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** The publishes under way on this node: at most so many, and each idempotency key of a topic once. */
final class RunningKeys {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final int most;
    private final Semaphore places;
    private final Set<Key> keys = ConcurrentHashMap.newKeySet();

    RunningKeys(int most) {
        this.most = most;
        this.places = new Semaphore(most);
    }

    /** A publish under way; closing it ends it. */
    interface Running extends AutoCloseable {
        @Override
        void close();
    }

    /** @param key null = no other publish can be a repetition of this one */
    Running enter(String topic, @Nullable String key) {
        if (!places.tryAcquire()) {
            throw ServiceException.rateLimited(
                    "publishes under way on this node: " + most + " (expected: fewer); try again", RETRY_AFTER);
        }
        if (key == null) {
            return places::release;
        }
        Key running = new Key(topic, key);
        if (!keys.add(running)) {
            places.release();
            throw ServiceException.of(
                    ErrorCode.REQUEST_RUNNING,
                    "Idempotency-Key: " + key + " (expected: one that is not being carried out right now); wait for the"
                            + " request that uses it, then repeat this one");
        }
        return () -> {
            keys.remove(running);
            places.release();
        };
    }

    private record Key(String topic, String key) {}
}
