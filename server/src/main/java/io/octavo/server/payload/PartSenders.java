package io.octavo.server.payload;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that put parts: a bounded number, gone when idle. */
final class PartSenders implements Executor, AutoCloseable {
    private static final int IDLE_SECONDS = 30;
    private static final int CLOSE_SECONDS = 5;

    private final ThreadPoolExecutor threads;

    /** @param most how many tasks there are at once; as many threads more, for those that are just ending */
    PartSenders(int most) {
        AtomicInteger number = new AtomicInteger();
        // Without a queue: a task that waits in one when the pool is shut down would never end.
        threads =
                new ThreadPoolExecutor(0, 2 * most, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
                    Thread thread = new Thread(work, "octavo-payload-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
    }

    @Override
    public void execute(Runnable work) {
        threads.execute(work);
    }

    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
