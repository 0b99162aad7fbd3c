package io.octavo.server.housekeeping;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** So many steps a second at most, evenly spread. For one thread. */
final class Pace {
    private final long gap;
    private final LongSupplier nanoTime;
    private final Pause pause;
    private long next;

    /** How a thread waits. */
    interface Pause {
        Pause REAL = duration -> TimeUnit.NANOSECONDS.sleep(duration.toNanos());

        void pause(Duration duration) throws InterruptedException;
    }

    Pace(int perSecond, LongSupplier nanoTime, Pause pause) {
        this.gap = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.nanoTime = nanoTime;
        this.pause = pause;
        this.next = nanoTime.getAsLong();
    }

    /** Waits for the next step's turn; false if the thread was interrupted. */
    boolean await() {
        long now = nanoTime.getAsLong();
        long wait = next - now;
        next = Math.max(next, now) + gap;
        if (wait <= 0) {
            return true;
        }
        try {
            pause.pause(Duration.ofNanos(wait));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
