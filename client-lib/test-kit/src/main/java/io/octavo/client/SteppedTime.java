package io.octavo.client;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes when it is told to, or when somebody waits: what is due by then is done by whoever lets it pass. Safe
 * for use by several threads.
 */
final class SteppedTime implements InstantSource {
    private record Due(Instant at, FutureTask<?> task, Timers owner) {}

    private final List<Due> tasks = new ArrayList<>();
    private Instant now;

    SteppedTime(Instant start) {
        this.now = start;
    }

    @Override
    public synchronized Instant instant() {
        return now;
    }

    void pass(Duration time) {
        boolean unused = passUntil(new CompletableFuture<>(), time);
    }

    /** Those of one client. */
    Timers timers() {
        return new Timers() {
            @Override
            public Future<?> after(Duration delay, Runnable task) {
                return add(delay, task, this);
            }

            @Override
            public boolean await(CompletableFuture<?> done, Duration atMost) {
                return passUntil(done, atMost);
            }

            @Override
            public void close() {
                remove(this);
            }
        };
    }

    private boolean passUntil(CompletableFuture<?> done, Duration atMost) {
        Instant end = instant().plus(atMost);
        while (!done.isDone()) {
            Due due = take(end);
            if (due == null) {
                return false;
            }
            due.task().run();
        }
        return true;
    }

    private synchronized Future<?> add(Duration delay, Runnable task, Timers owner) {
        FutureTask<?> later = new FutureTask<>(task, true);
        tasks.add(new Due(now.plus(delay), later, owner));
        return later;
    }

    private synchronized void remove(Timers owner) {
        tasks.removeIf(due -> due.owner() == owner);
    }

    /** The first that is due by then, at its time; if there is none it is that time. */
    private synchronized @Nullable Due take(Instant end) {
        tasks.removeIf(due -> due.task().isDone());
        Due first = tasks.stream()
                .filter(due -> !due.at().isAfter(end))
                .min(Comparator.comparing(Due::at))
                .orElse(null);
        Instant at = first == null ? end : first.at();
        now = at.isAfter(now) ? at : now;
        tasks.remove(first);
        return first;
    }
}
