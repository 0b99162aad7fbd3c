package io.octavo.server.validation;

import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The bounded number of documents that are held against a schema on this node at once. Thread-safe. */
final class SchemaRuns {
    private static final Duration WAIT = Duration.ofSeconds(10);

    private final Semaphore places;
    private final int most;
    private final Duration timeLimit;
    private final LongSupplier nanoTime;

    SchemaRuns(ValidationConfig config, LongSupplier nanoTime) {
        this.most = config.concurrentChecks();
        this.places = new Semaphore(most, true);
        this.timeLimit = config.timeLimit();
        this.nanoTime = nanoTime;
    }

    /** A clock for the runs of one schema. */
    Deadline deadline() {
        return new Deadline(timeLimit, nanoTime);
    }

    /** Does the work when it is its turn, and after a bounded wait says that there are too many. */
    void inTurn(Runnable work) {
        enter();
        try {
            work.run();
        } finally {
            places.release();
        }
    }

    private void enter() {
        boolean entered;
        try {
            entered = places.tryAcquire(WAIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServiceException.unavailable("interrupted while waiting", Duration.ofSeconds(1), e);
        }
        if (!entered) {
            throw ServiceException.rateLimited(
                    "payloads held against schemas on this node: " + most + " (expected: fewer); try again", WAIT);
        }
    }
}
