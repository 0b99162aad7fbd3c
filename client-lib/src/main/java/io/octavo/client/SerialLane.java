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

    /** Answers what completes with the step: with an error if it failed, or if no thread could be had for it. */
    synchronized CompletableFuture<?> add(Supplier<? extends CompletionStage<?>> step) {
        CompletableFuture<?> added = last.thenComposeAsync(before -> step.get().thenAccept(done -> {}), workers);
        last = added.handle((done, error) -> {
                    if (error != null) {
                        LOG.log(Level.ERROR, "a step of a subscription failed", error);
                    }
                    return true;
                })
                .exceptionally(unlogged -> true);
        return added;
    }

    /** Completes when all steps added so far have. */
    synchronized CompletableFuture<?> idle() {
        return last;
    }
}
