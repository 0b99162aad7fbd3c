package io.octavo.server.web;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A question to a store that may hang: asked at most once at a time, its answer good for a while, and nobody waits for
 * it longer than given.
 */
final class Probe<T> {
    private final Supplier<T> question;
    private final Executor executor;
    private final LongSupplier nanoTime;
    private final long freshNanos;
    private @Nullable CompletableFuture<T> asked;
    private long doneAt;

    /** @param nanoTime as {@link System#nanoTime} */
    Probe(Supplier<T> question, Executor executor, LongSupplier nanoTime, Duration fresh) {
        this.question = question;
        this.executor = executor;
        this.nanoTime = nanoTime;
        this.freshNanos = fresh.toNanos();
    }

    /** What became of a question. */
    record Answer<T>(@Nullable T value, @Nullable String problem) {}

    /** Asks, unless an answer is fresh or on its way. */
    synchronized CompletableFuture<T> ask() {
        CompletableFuture<T> current = asked;
        boolean isGood = current != null && (!current.isDone() || nanoTime.getAsLong() - doneAt < freshNanos);
        if (current != null && isGood) {
            return current;
        }
        CompletableFuture<T> fresh = new CompletableFuture<>();
        asked = fresh;
        try {
            executor.execute(() -> answer(fresh));
        } catch (RejectedExecutionException e) {
            answered(fresh, null, new IllegalStateException("too many checks are waiting"));
        }
        return fresh;
    }

    /** Waits for an answer, at most so long. */
    static <T> Answer<T> await(CompletableFuture<T> asked, Duration most) {
        try {
            return new Answer<>(asked.get(Math.max(0, most.toNanos()), TimeUnit.NANOSECONDS), null);
        } catch (TimeoutException e) {
            return new Answer<>(null, "no answer in time");
        } catch (ExecutionException e) {
            return new Answer<>(
                    null, String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer<>(null, "this node is stopping");
        }
    }

    private void answer(CompletableFuture<T> fresh) {
        try {
            answered(fresh, question.get(), null);
        } catch (RuntimeException e) {
            answered(fresh, null, e);
        }
    }

    private void answered(CompletableFuture<T> fresh, @Nullable T value, @Nullable RuntimeException failure) {
        synchronized (this) {
            doneAt = nanoTime.getAsLong();
        }
        if (failure == null) {
            fresh.complete(value);
        } else {
            fresh.completeExceptionally(failure);
        }
    }
}
