package io.octavo.server.validation;

import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.springframework.util.unit.DataSize;

/** The bytes that may be kept on this node at once to be looked at. Thread-safe. */
final class Memory {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final DataSize most;
    private final Semaphore free;

    Memory(DataSize most) {
        this.most = most;
        this.free = new Semaphore(Math.toIntExact(most.toBytes()));
    }

    void take(int bytes) {
        if (!free.tryAcquire(bytes)) {
            throw ServiceException.rateLimited(
                    "payloads that this node holds to check them: " + most + " (expected: less); try again",
                    RETRY_AFTER);
        }
    }

    void giveBack(int bytes) {
        free.release(bytes);
    }
}
