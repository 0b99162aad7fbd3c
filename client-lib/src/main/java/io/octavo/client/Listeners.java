package io.octavo.client;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The listeners of one subscription, called one after the other in the order of their registration. */
final class Listeners<T> {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final String topic;
    private final ClientMetrics metrics;
    private final List<Registration<T>> registrations;

    record Registration<T>(Executor executor, SubscriptionListener<T> listener) {}

    Listeners(String topic, List<Registration<T>> first, ClientMetrics metrics) {
        this.topic = topic;
        this.metrics = metrics;
        this.registrations = new CopyOnWriteArrayList<>(first);
    }

    void add(Registration<T> registration) {
        registrations.add(registration);
    }

    /** Completes, never with an error, when all listeners have returned. */
    CompletableFuture<?> updated(Snapshot<T> snapshot) {
        return each(listener -> listener.updated(snapshot));
    }

    CompletableFuture<?> failed(SubscriptionState state) {
        return each(listener -> listener.failed(state));
    }

    /** Completes, never with an error, when this listener has returned or can't be called. */
    CompletableFuture<?> call(Registration<T> registration, Consumer<SubscriptionListener<T>> call) {
        try {
            return CompletableFuture.runAsync(() -> call.accept(registration.listener()), registration.executor())
                    .handle((ignored, thrown) -> thrown == null ? null : count(thrown));
        } catch (Throwable e) {
            return CompletableFuture.completedFuture(count(e));
        }
    }

    private CompletableFuture<?> each(Consumer<SubscriptionListener<T>> call) {
        CompletableFuture<?> done = CompletableFuture.completedFuture(null);
        for (Registration<T> registration : registrations) {
            done = done.thenCompose(ignored -> call(registration, call));
        }
        return done;
    }

    private Throwable count(Throwable thrown) {
        LOG.log(Level.WARNING, "a listener of topic " + topic + " threw", thrown);
        metrics.failed(topic, ClientMetrics.Failure.LISTENER);
        return thrown;
    }
}
