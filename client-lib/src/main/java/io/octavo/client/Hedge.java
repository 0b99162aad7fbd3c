package io.octavo.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls that may be made twice: one that takes longer than nineteen of twenty did lately is made a second time, at
 * another node if there is one, and the first answer counts. At most every tenth is.
 */
final class Hedge {
    private final Endpoints nodes;
    private final Limits limits;
    private final Timers timers;
    private final LongSupplier nanoTime;
    private final Latencies latencies = new Latencies();

    Hedge(Endpoints nodes, Limits limits, Timers timers, LongSupplier nanoTime) {
        this.nodes = nodes;
        this.limits = limits;
        this.timers = timers;
        this.nanoTime = nanoTime;
    }

    /**
     * Blocks until there is an answer.
     *
     * @param doing for messages
     * @param call  makes the call; cancelling what it answers ends it
     */
    <A> A call(String doing, Function<Node, CompletableFuture<A>> call) throws InterruptedException {
        Node node = nodes.current(limits.request());
        Race<A> race = new Race<>(call);
        race.run(node);
        Duration late = latencies.late();
        Future<?> second = late == null ? null : timers.after(late, () -> race.runAgain(node));
        try {
            return race.first.get(2 * limits.request().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw Errors.from(e, doing);
        } catch (TimeoutException e) {
            throw OctavoException.passing(doing + ": no answer in time", e);
        } finally {
            race.first.cancel(false);
            if (second != null) {
                second.cancel(false);
            }
        }
    }

    /** One call, made once or twice. */
    private final class Race<A> {
        private final Function<Node, CompletableFuture<A>> call;
        private final CompletableFuture<A> first = new CompletableFuture<>();
        private final AtomicInteger running = new AtomicInteger();

        Race(Function<Node, CompletableFuture<A>> call) {
            this.call = call;
        }

        void runAgain(Node slow) {
            if (!first.isDone() && latencies.mayRepeat()) {
                run(nodes.besides(slow));
            }
        }

        void run(Node node) {
            long start = nanoTime.getAsLong();
            running.incrementAndGet();
            CompletableFuture<A> answer = call.apply(node);
            var unused = answer.whenComplete((found, error) -> ended(node, start, found, error));
            var unusedToo = first.whenComplete((found, error) -> answer.cancel(false));
        }

        private void ended(Node node, long start, @Nullable A found, @Nullable Throwable error) {
            if (error == null) {
                latencies.took(nanoTime.getAsLong() - start);
                first.complete(found);
            } else if (!first.isDone() && Errors.isNodeFailure(error)) {
                nodes.failed(node);
            }
            // Only the last failure counts.
            if (running.decrementAndGet() == 0 && error != null) {
                first.completeExceptionally(error);
            }
        }
    }
}
