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
    /** So long a call to a region takes at most. */
    private static final Duration LONGEST_CALL = Duration.ofSeconds(10);

    private final Executor threads;
    private final Semaphore room;
    private final int most;
    private final Pace pace;
    private final Duration longestWait;
    private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong done = new AtomicLong();

    /**
     * @param threads     carry out what is submitted, so many times two at once at most
     * @param nanoTime    as {@link System#nanoTime}
     * @param longestWait for everything to be done; what isn't then goes on
     */
    ExportLane(Executor threads, int parallel, int perSecond, LongSupplier nanoTime, Duration longestWait) {
        this.threads = threads;
        this.longestWait = longestWait;
        most = 2 * parallel;
        room = new Semaphore(most);
        pace = new Pace(perSecond, nanoTime, Pace.Pause.REAL);
    }

    /** With so many threads of a region's own. */
    static ExportLane of(String region, int parallel, int perSecond, LongSupplier nanoTime) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                parallel, parallel, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(2 * parallel), work -> {
                    Thread thread = new Thread(work, "octavo-export-" + region);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return new ExportLane(threads, parallel, perSecond, nanoTime, LONGEST_CALL);
    }

    /** Whether something can be submitted, now or within this time. */
    boolean hasRoom(Duration within) {
        if (!acquired(1, within)) {
            return false;
        }
        room.release();
        return true;
    }

    /** Has something done when its turn comes; false if there is no room for it, or no thread to be had. */
    boolean submit(Runnable work, Runnable ifItFails) {
        if (!acquired(1, Duration.ZERO)) {
            return false;
        }
        if (!pace.await()) {
            room.release();
            return false;
        }
        try {
            threads.execute(() -> carryOut(work, ifItFails));
            return true;
        } catch (RuntimeException | Error e) {
            room.release();
            failures.add(new IllegalStateException(e));
            return false;
        }
    }

    private void carryOut(Runnable work, Runnable ifItFails) {
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
    }

    /** Waits until everything is done, for some seconds at most, and tells the run how it went; false if it isn't. */
    boolean await(Run run) {
        boolean all = acquired(most, longestWait);
        if (all) {
            room.release(most);
        }
        for (long count = done.getAndSet(0); count > 0; count--) {
            run.done();
        }
        for (RuntimeException e = failures.poll(); e != null; e = failures.poll()) {
            run.failed(e);
        }
        return all;
    }

    private boolean acquired(int permits, Duration within) {
        try {
            return room.tryAcquire(permits, within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
