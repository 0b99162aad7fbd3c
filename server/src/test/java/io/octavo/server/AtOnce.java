package io.octavo.server;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Trials that mostly wait, some of them at the same time; each test then asks what became of its own. */
final class AtOnce implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(30);

    private final ExecutorService threads;
    private final Map<String, Future<?>> trials = new ConcurrentHashMap<>();

    /** One of them. */
    interface Trial {
        void go() throws Exception;
    }

    AtOnce(int most) {
        this.threads = Executors.newFixedThreadPool(most);
    }

    /** Begins one as soon as there is a place. */
    void begin(String name, Trial trial) {
        trials.put(name, threads.submit(() -> {
            trial.go();
            return null;
        }));
    }

    /** Blocks until it has ended; fails as it did. */
    void await(String name) throws InterruptedException {
        try {
            Objects.requireNonNull(trials.get(name), name).get();
        } catch (ExecutionException e) {
            throw new AssertionError(name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(END.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
