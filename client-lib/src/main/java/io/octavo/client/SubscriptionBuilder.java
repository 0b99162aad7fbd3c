package io.octavo.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A subscription to be: {@link #start()} begins it. Not for use by several threads. */
public final class SubscriptionBuilder<T> {
    private final String topic;
    private final Deserializer<? extends T> deserializer;
    private final SubscriptionMachinery machinery;
    private final List<Listeners.Registration<T>> listeners = new ArrayList<>();
    private @Nullable T defaultValue;

    SubscriptionBuilder(String topic, Deserializer<? extends T> deserializer, SubscriptionMachinery machinery) {
        this.topic = topic;
        this.deserializer = deserializer;
        this.machinery = machinery;
    }

    /**
     * What {@link Subscription#get()} answers while there is no version's value: none was published for this process
     * yet, the service has not answered yet, or the version can't be had. The client never closes it.
     */
    public SubscriptionBuilder<T> defaultValue(T value) {
        this.defaultValue = Objects.requireNonNull(value, "value");
        return this;
    }

    /** Adds a listener that is called on the client's threads. */
    public SubscriptionBuilder<T> listener(SubscriptionListener<T> listener) {
        return listener(machinery.workers(), listener);
    }

    /** Adds a listener that is called on {@code executor}. */
    public SubscriptionBuilder<T> listener(Executor executor, SubscriptionListener<T> listener) {
        listeners.add(new Listeners.Registration<>(executor, listener));
        return this;
    }

    /**
     * Begins the subscription and returns at once: the client polls for it in the background.
     *
     * @throws IllegalStateException    if the client is closed
     * @throws IllegalArgumentException if the client has as many topics as it may: 10,000
     */
    public Subscription<T> start() {
        TopicSubscription<T> subscription =
                new TopicSubscription<>(topic, deserializer, defaultValue, listeners, machinery);
        machinery.polls().add(subscription);
        return subscription;
    }
}
