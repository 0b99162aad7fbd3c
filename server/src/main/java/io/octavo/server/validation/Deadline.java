package io.octavo.server.validation;

import java.time.Duration;
import java.util.function.LongSupplier;

/** When holding a document against a schema has taken too long. For one thread. */
final class Deadline {
    private final Duration limit;
    private final LongSupplier nanoTime;
    private long begun;

    Deadline(Duration limit, LongSupplier nanoTime) {
        this.limit = limit;
        this.nanoTime = nanoTime;
        this.begun = nanoTime.getAsLong();
    }

    void begin() {
        begun = nanoTime.getAsLong();
    }

    void check() {
        if (nanoTime.getAsLong() - begun > limit.toNanos()) {
            throw new Passed(limit);
        }
    }

    /** It has. */
    static final class Passed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Passed(Duration limit) {
            super("more than " + limit.toMillis() + " ms", null, false, false);
        }
    }
}
