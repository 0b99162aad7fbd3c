package io.octavo.server.security;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Runs tasks as a test says. */
final class DirectLane extends AbstractExecutorService {
    private final Executor executor;

    DirectLane(Executor executor) {
        this.executor = executor;
    }

    /** All look-ups on the caller's thread. */
    static Lookups lookups() {
        return new Lookups(new DirectLane(Runnable::run), new DirectLane(Runnable::run), new DirectLane(Runnable::run));
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(task);
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long time, TimeUnit unit) {
        return true;
    }
}
