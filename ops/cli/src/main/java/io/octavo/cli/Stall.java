package io.octavo.cli;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ends a transfer that makes no progress, for the HTTP client has a time-out for the first answer only. It is noticed
 * after one to two periods. Safe for use by several threads.
 */
final class Stall implements AutoCloseable {
    private final AtomicLong steps = new AtomicLong();
    private final ScheduledFuture<?> timer;
    private volatile Runnable end = () -> {};
    private volatile boolean noticed;
    private volatile boolean waiting;
    private long seen = -1;

    Stall(ScheduledExecutorService scheduler, Duration period) {
        timer = scheduler.scheduleAtFixedRate(this::look, 0, period.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Says that the transfer went on. */
    void progress() {
        steps.incrementAndGet();
    }

    /** Says that the transfer waits for this side, or no longer does: however long that takes, it is no stall. */
    void waitsForUs(boolean now) {
        waiting = now;
        progress();
    }

    /** Sets how to end what is being waited for now. */
    void onStall(Runnable action) {
        end = action;
    }

    /** Whether the transfer was ended. */
    boolean isNoticed() {
        return noticed;
    }

    private void look() {
        long now = steps.get();
        if (now == seen && !waiting) {
            noticed = true;
            end.run();
        }
        seen = now;
    }

    @Override
    public void close() {
        timer.cancel(false);
    }
}
