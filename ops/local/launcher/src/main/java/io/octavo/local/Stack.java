package io.octavo.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Services that run together: each is started, watched on a thread of its own, started again when it dies
 * ({@link RestartPolicy}), and stopped in reverse order of start. Safe for use by several threads.
 */
final class Stack {
    /** A service with the address that people are told. */
    record Member(LocalService service, String address) {}

    private final Consumer<String> console;
    private final Duration startBound;
    private final Supplier<RestartPolicy> policies;
    private final List<LocalService> started = new ArrayList<>();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CompletableFuture<Void> failure = new CompletableFuture<>();

    Stack(Consumer<String> console, Duration startBound, Supplier<RestartPolicy> policies) {
        this.console = console;
        this.startBound = startBound;
        this.policies = policies;
    }

    /** Starts these at the same time and blocks until all serve; fails as soon as one has failed. */
    void start(Member... members) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (Member member : members) {
            CompletableFuture<Void> ready = new CompletableFuture<>();
            all.add(ready);
            register(member.service());
            Thread watch = new Thread(
                    () -> run(member, ready), "watch-" + member.service().name());
            watch.setDaemon(true);
            watch.start();
        }
        join(CompletableFuture.anyOf(failure, CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))));
    }

    /** Blocks for as long as all goes well, for ever once it is being stopped; then throws {@link StartFailed}. */
    void awaitFailure() {
        join(failure);
    }

    private static void join(CompletableFuture<?> future) {
        try {
            future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StartFailed reason ? reason : e;
        }
    }

    private synchronized void register(LocalService service) {
        if (isStopping()) {
            service.close();
        } else {
            started.add(service);
        }
    }

    private void run(Member member, CompletableFuture<Void> ready) {
        try {
            long since = up(member);
            ready.complete(null);
            keep(member, since);
        } catch (StartFailed e) {
            if (!isStopping()) {
                failure.completeExceptionally(e);
            }
        } catch (InterruptedException | CancellationException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the time from which on it serves. */
    private long up(Member member) {
        long start = System.nanoTime();
        member.service().restart();
        member.service().awaitReady(startBound);
        long now = System.nanoTime();
        console.accept(
                "%-11s up in %.1f s   %s".formatted(member.service().name(), (now - start) / 1e9, member.address()));
        return now;
    }

    private void keep(Member member, long firstReady) throws InterruptedException {
        LocalService service = member.service();
        RestartPolicy policy = policies.get();
        long ready = firstReady;
        String end = service.awaitEnd();
        while (!isStopping()) {
            long now = System.nanoTime();
            console.accept("%-11s %s".formatted(service.name(), end));
            Optional<Duration> pause = policy.died(Duration.ofNanos(now - ready), Duration.ofNanos(now));
            if (pause.isEmpty()) {
                throw new StartFailed("%s: died %d times within %d minutes"
                        .formatted(service.name(), RestartPolicy.DEATHS, RestartPolicy.WITHIN.toMinutes()));
            }
            console.accept("%-11s starts again in %.1f s"
                    .formatted(service.name(), pause.get().toMillis() / 1e3));
            if (stopping.await(pause.get().toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
            try {
                ready = up(member);
                end = service.awaitEnd();
            } catch (StartFailed e) {
                service.stop();
                ready = System.nanoTime();
                end = String.valueOf(e.getMessage());
            }
        }
    }

    private boolean isStopping() {
        return stopping.getCount() == 0;
    }

    /**
     * Stops all in reverse order of start, each within a bound of seconds; blocks until they are gone, also when another
     * thread is at it. Whether anything had been started.
     */
    synchronized boolean stop() {
        stopping.countDown();
        boolean any = !started.isEmpty();
        while (!started.isEmpty()) {
            try {
                started.remove(started.size() - 1).close();
            } catch (StartFailed e) {
                console.accept(String.valueOf(e.getMessage()));
            }
        }
        return any;
    }
}
