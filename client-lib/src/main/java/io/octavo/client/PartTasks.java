package io.octavo.client;

import io.octavo.rules.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What is done with parts of payloads: by as many threads as parts may be on their way at once, of all transfers. */
final class PartTasks {
    private final ExecutorService threads;

    PartTasks(ExecutorService threads) {
        this.threads = threads;
    }

    /** What is done with one part. Ends soon when its thread is interrupted. */
    @FunctionalInterface
    interface Task {
        void run() throws Exception;
    }

    /**
     * Blocks until all are done; the first that fails ends the others.
     *
     * @param doing for messages
     */
    void run(List<Task> tasks, String doing) throws InterruptedException {
        CompletionService<Task> running = new ExecutorCompletionService<>(threads);
        List<Future<Task>> all = new ArrayList<>();
        try {
            for (Task task : tasks) {
                all.add(running.submit(() -> {
                    task.run();
                    return task;
                }));
            }
            for (int done = 0; done < all.size(); done++) {
                var unused = next(running).get();
            }
        } catch (ExecutionException e) {
            throw Errors.from(e, doing);
        } catch (RejectedExecutionException e) {
            throw closed(e);
        } finally {
            all.forEach(task -> task.cancel(true));
        }
    }

    /** Begins one. */
    Future<?> submit(Task task) {
        try {
            return threads.submit(() -> {
                task.run();
                return task;
            });
        } catch (RejectedExecutionException e) {
            throw closed(e);
        }
    }

    /**
     * Blocks until one that was begun is done.
     *
     * @param doing for messages
     */
    void await(Future<?> task, String doing) throws InterruptedException {
        while (true) {
            try {
                var unused = task.get(1, TimeUnit.SECONDS);
                return;
            } catch (ExecutionException e) {
                throw Errors.from(e, doing);
            } catch (TimeoutException e) {
                requireOpen();
            }
        }
    }

    private Future<Task> next(CompletionService<Task> running) throws InterruptedException {
        Future<Task> next = null;
        while (next == null) {
            next = running.poll(1, TimeUnit.SECONDS);
            if (next == null) {
                requireOpen();
            }
        }
        return next;
    }

    /** Nobody says so of tasks that still wait when the threads end. */
    private void requireOpen() {
        if (threads.isShutdown()) {
            throw closed(null);
        }
    }

    private static OctavoException closed(@Nullable Throwable cause) {
        return OctavoException.lasting(ErrorCode.UNAVAILABLE, "this client is closed", cause);
    }
}
