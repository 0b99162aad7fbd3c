package io.octavo.client;

import java.time.Instant;
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
    private @Nullable T ifUnpublished;
    private @Nullable T onError;
    private int older;
    private boolean required = true;

    SubscriptionBuilder(String topic, Deserializer<? extends T> deserializer, SubscriptionMachinery machinery) {
        this.topic = topic;
        this.deserializer = deserializer;
        this.machinery = machinery;
    }

    /**
     * What {@link Subscription#get()} answers while there is no version's value, whatever the reason: both {@link
     * #defaultIfUnpublished} and {@link #defaultOnError}. The client never closes it.
     */
    public SubscriptionBuilder<T> defaultValue(T value) {
        return defaultIfUnpublished(value).defaultOnError(value);
    }

    /**
     * What {@link Subscription#get()} answers while it is known that nothing is published for this process. The client
     * never closes it.
     */
    public SubscriptionBuilder<T> defaultIfUnpublished(T value) {
        this.ifUnpublished = Objects.requireNonNull(value, "value");
        return this;
    }

    /**
     * What {@link Subscription#get()} answers while there is no version's value for any other reason: nobody has answered
     * yet, nobody can be asked, or no version can be had or read. The client never closes it.
     */
    public SubscriptionBuilder<T> defaultOnError(T value) {
        this.onError = Objects.requireNonNull(value, "value");
        return this;
    }

    /**
     * How many older versions may be tried at the start if the newest one can't be had or read: those published to this
     * process, newest first, never one that was quarantined or withdrawn, nor one above a pin. Default: 0; up to 100.
     * Versions that this process ran before and {@linkplain OctavoClientBuilder#cacheDirectory kept} are tried in any
     * case. The newest one goes on being tried.
     */
    public SubscriptionBuilder<T> startOnOlder(int versions) {
        older = Bounds.number("startOnOlder", versions, 0, 100);
        return this;
    }

    /** This process can do without: {@link OctavoClient#health()} doesn't ask for a value of it. */
    public SubscriptionBuilder<T> optional() {
        required = false;
        return this;
    }

    /** Adds a listener that is called on the client's threads. */
    public SubscriptionBuilder<T> listener(SubscriptionListener<T> listener) {
        return listener(machinery.callbacks(), listener);
    }

    /** Adds a listener that is called on {@code executor}. */
    public SubscriptionBuilder<T> listener(Executor executor, SubscriptionListener<T> listener) {
        listeners.add(new Listeners.Registration<>(executor, listener));
        return this;
    }

    /**
     * Begins the subscription and returns at once: the client asks for it in the background. Its first value comes from
     * the service; if that doesn't answer in time, from the fallback cache or what this machine has kept.
     *
     * @throws IllegalStateException    if the client is closed
     * @throws IllegalArgumentException if the client has as many topics as it may: 10,000
     */
    public Subscription<T> start() {
        Instant now = machinery.world().clock().instant();
        SubscriptionOptions<T> options = new SubscriptionOptions<>(
                deserializer,
                ifUnpublished == null ? null : Snapshot.ofDefault(ifUnpublished, now),
                onError == null ? null : Snapshot.ofDefault(onError, now),
                older,
                required);
        TopicSubscription<T> subscription = new TopicSubscription<>(topic, options, listeners, machinery);
        subscription.begin();
        return subscription;
    }
}
