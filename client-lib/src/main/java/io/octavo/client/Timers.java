package io.octavo.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs short tasks later. Tests bring one whose time they set. */
interface Timers extends AutoCloseable {
    /** Runs the task once after the delay; cancelling the answer prevents that. After {@link #close()}, never. */
    Future<?> after(Duration delay, Runnable task);

    /** Waits until something is done, at most so long; answers whether it is. */
    default boolean await(CompletableFuture<?> done, Duration atMost) throws InterruptedException {
        try {
            var unused = done.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true;
        }
    }

    @Override
    void close();

    /** By one daemon thread. */
    static Timers system() {
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, new DaemonThreads("octavo-timer"));
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        return new Timers() {
            @Override
            public Future<?> after(Duration delay, Runnable task) {
                return thread.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            }

            @Override
            public void close() {
                thread.shutdown();
            }
        };
    }
}
