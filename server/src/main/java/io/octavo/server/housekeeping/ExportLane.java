package io.octavo.server.housekeeping;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** The threads that bring things to one region, at a pace. One thread gives them work, and waits for its end. */
final class ExportLane {
    /** Longer than a call to the region takes, which has a time-out. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private final Executor threads;
    private final Semaphore room;
    private final int most;
    private final Pace pace;
    private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong done = new AtomicLong();

    /**
     * @param threads  carry out what is submitted, so many times two at once at most
     * @param nanoTime as {@link System#nanoTime}
     */
    ExportLane(Executor threads, int parallel, int perSecond, LongSupplier nanoTime) {
        this.threads = threads;
        most = 2 * parallel;
        room = new Semaphore(most);
        pace = new Pace(perSecond, nanoTime, Pace.Pause.REAL);
    }

    /** So many threads of a region's own. */
    static Executor threads(String region, int parallel) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                parallel, parallel, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(2 * parallel), work -> {
                    Thread thread = new Thread(work, "octavo-export-" + region);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** Has something done when its turn comes; false if there is no room for it, for all that waits is too slow. */
    boolean submit(Runnable work, Runnable ifItFails) {
        if (!pace.await() || !acquired(1)) {
            return false;
        }
        threads.execute(() -> {
            try {
                work.run();
                done.incrementAndGet();
            } catch (RuntimeException e) {
                ifItFails.run();
                failures.add(e);
            } catch (Error e) {
                // What nobody has foreseen must not look as if it was done.
                ifItFails.run();
                failures.add(new IllegalStateException(e));
            } finally {
                room.release();
            }
        });
        return true;
    }

    /** Waits until everything is done, a minute at most, and tells the run how it went. */
    void await(Run run) {
        if (acquired(most)) {
            room.release(most);
        }
        for (long count = done.getAndSet(0); count > 0; count--) {
            run.done();
        }
        for (RuntimeException e = failures.poll(); e != null; e = failures.poll()) {
            run.failed(e);
        }
    }

    private boolean acquired(int permits) {
        try {
            return room.tryAcquire(permits, LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
