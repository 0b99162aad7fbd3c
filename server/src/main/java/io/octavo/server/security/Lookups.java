package io.octavo.server.security;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where tokens are looked up, which may block. Each executor is bounded and refuses what is too much by a
 * {@link java.util.concurrent.RejectedExecutionException}; they are apart so that those who guess tokens hold up
 * nobody else.
 *
 * @param known     tokens that were good a moment ago
 * @param newcomers tokens seen for the first time
 * @param suspects  tokens from addresses that have shown many bad ones
 */
public record Lookups(ExecutorService known, ExecutorService newcomers, ExecutorService suspects)
        implements AutoCloseable {
    /** Starts no thread before it is needed. */
    public static Lookups start() {
        return new Lookups(
                pool("octavo-tokens-known", 2, 1_000),
                pool("octavo-tokens-new", 4, 64),
                pool("octavo-tokens-suspect", 1, 16));
    }

    Executor of(boolean isSuspect) {
        return isSuspect ? suspects : newcomers;
    }

    @Override
    public void close() {
        known.shutdownNow();
        newcomers.shutdownNow();
        suspects.shutdownNow();
    }

    private static ExecutorService pool(String name, int threads, int waiting) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waiting), work -> {
                    Thread thread = new Thread(work, name);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
