package io.octavo.server.subscribe;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something again and again on a thread of its own, after the pause that it asks for each time, or as soon as it
 * is woken. Thread-safe.
 */
final class Repeated {
    private static final Logger LOG = LoggerFactory.getLogger(Repeated.class);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final Supplier<Duration> tick;
    private final ScheduledThreadPoolExecutor thread;
    private @Nullable Future<?> next;
    /** Of what is scheduled: a run that is overtaken as it begins does nothing. */
    private long number;

    private boolean runs;
    private boolean woken;

    /** @param tick answers when it wants the next */
    Repeated(ThreadFactory threads, Supplier<Duration> tick) {
        this.tick = tick;
        thread = new ScheduledThreadPoolExecutor(1, threads);
        thread.setRemoveOnCancelPolicy(true);
        thread.setRejectedExecutionHandler((work, stopped) -> {});
    }

    synchronized void start() {
        schedule(Duration.ZERO);
    }

    /** Has the next tick begin now; if one runs, right after it. */
    synchronized void wake() {
        if (next == null) {
            return;
        }
        if (runs) {
            woken = true;
        } else {
            next.cancel(false);
            schedule(Duration.ZERO);
        }
    }

    /** Breaks off what runs. */
    void stop() {
        thread.shutdownNow();
    }

    /** Whether it has ended within that time. */
    boolean awaitEnd(Duration patience) throws InterruptedException {
        return thread.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void run(long begun) {
        synchronized (this) {
            if (begun != number) {
                return;
            }
            runs = true;
            woken = false;
        }
        Duration pause = pause();
        synchronized (this) {
            runs = false;
            schedule(woken ? Duration.ZERO : pause);
        }
    }

    private void schedule(Duration pause) {
        long scheduled = ++number;
        next = thread.schedule(() -> run(scheduled), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Duration pause() {
        try {
            return tick.get();
        } catch (RuntimeException e) {
            LOG.error("keeping the cache fresh failed in an unforeseen way; trying on", e);
            return AFTER_FAILURE;
        }
    }
}
