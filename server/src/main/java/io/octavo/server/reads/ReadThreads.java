package io.octavo.server.reads;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads on which shared reads ask the log, and the one that sees to their times. They start when needed. */
final class ReadThreads implements Executor, Timing, AutoCloseable {
    /** One hangs while the store does; then all others wait no longer than their patience. */
    private static final int THREADS = 16;

    private final ThreadPoolExecutor readers;
    private final ScheduledThreadPoolExecutor timer;

    /** @param mostWaiting reads that wait for a thread, at most */
    ReadThreads(int mostWaiting) {
        readers = new ThreadPoolExecutor(
                THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(mostWaiting), named("octavo-reads"));
        readers.allowCoreThreadTimeOut(true);
        timer = new ScheduledThreadPoolExecutor(1, named("octavo-reads-timer"));
        // Most are answered long before their time is over.
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public void execute(Runnable read) {
        readers.execute(read);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Runnable after(Duration wait, Runnable work) {
        try {
            Future<?> scheduled = timer.schedule(work, wait.toNanos(), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException e) {
            // The node stops, and what waits is told so by its read.
            return () -> {};
        }
    }

    @Override
    public void close() {
        readers.shutdownNow();
        timer.shutdownNow();
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
