package io.octavo.client;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** Timers and a clock whose time passes only by {@link #advance}, which runs what is due on the calling thread. */
final class FakeTimers implements Timers, InstantSource {
    private record Due(Instant at, FutureTask<?> task) {}

    private final List<Due> tasks = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @Override
    public synchronized Instant instant() {
        return now;
    }

    @Override
    public synchronized Future<?> after(Duration delay, Runnable task) {
        FutureTask<?> later = new FutureTask<>(task, true);
        tasks.add(new Due(now.plus(delay), later));
        return later;
    }

    /** How long until the next task; null if there is none. */
    synchronized @Nullable Duration next() {
        tasks.removeIf(due -> due.task().isDone());
        return tasks.stream()
                .map(due -> Duration.between(now, due.at()))
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    void advance(Duration time) {
        Instant end = instant().plus(time);
        for (Due due = take(end); due != null; due = take(end)) {
            due.task().run();
        }
        synchronized (this) {
            now = end;
        }
    }

    private synchronized @Nullable Due take(Instant end) {
        Due first = tasks.stream()
                .filter(due -> !due.at().isAfter(end))
                .min(Comparator.comparing(Due::at))
                .orElse(null);
        if (first != null) {
            tasks.remove(first);
            now = first.at();
        }
        return first;
    }

    @Override
    public synchronized void close() {
        tasks.clear();
    }
}
