package io.octavo.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Runs steps one after the other on threads of a pool, each when the one before has completed; no thread waits for
 * that. A step that fails is logged and stops nobody.
 */
final class SerialLane {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final Executor workers;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    SerialLane(Executor workers) {
        this.workers = workers;
    }

    synchronized void add(Supplier<? extends CompletionStage<?>> step) {
        last = last.thenComposeAsync(before -> step.get().thenAccept(done -> {}), workers)
                .handle((done, error) -> {
                    if (error != null) {
                        LOG.log(Level.ERROR, "a step of a subscription failed", error);
                    }
                    return true;
                });
    }

    /** Completes when all steps added so far have. */
    synchronized CompletableFuture<?> idle() {
        return last;
    }
}
