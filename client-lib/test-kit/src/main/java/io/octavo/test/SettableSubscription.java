package io.octavo.test;

import io.octavo.client.OctavoException;
import io.octavo.client.Snapshot;
import io.octavo.client.Source;
import io.octavo.client.Subscription;
import io.octavo.client.SubscriptionListener;
import io.octavo.client.SubscriptionState;
import io.octavo.client.SubscriptionState.Phase;
import io.octavo.rules.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A subscription whose values the test sets: for what is given a {@link Subscription}. Needs no client and no service.
 *
 * <p>As with a real one, a value is visible before listeners hear of it, and before somebody who waits for it goes on.
 * Listeners are called by the thread that sets the value, or on their executor, before {@link #set} returns if that runs
 * them at once; what they throw is thrown at the test. Values are not closed. Safe for use by several threads.
 */
public final class SettableSubscription<T> implements Subscription<T> {
    private record Registration<T>(Executor executor, SubscriptionListener<T> listener) {}

    private final String topic;
    private final List<Registration<T>> listeners = new ArrayList<>();
    private @Nullable Snapshot<T> current;
    private @Nullable OctavoException failure;
    private Phase phase = Phase.STARTING;
    private long offered;
    private long newest;

    private SettableSubscription(String topic) {
        this.topic = topic;
    }

    /** One that has no value yet. */
    public static <T> SettableSubscription<T> empty(String topic) {
        return new SettableSubscription<>(topic);
    }

    /** One that runs version 1 with this value. */
    public static <T> SettableSubscription<T> of(String topic, T value) {
        SettableSubscription<T> subscription = empty(topic);
        subscription.set(value);
        return subscription;
    }

    /** The next version, with this value, is taken into use. */
    public void set(T value) {
        set(newest() + 1, value, Map.of());
    }

    /**
     * A version is taken into use.
     *
     * @param version may be lower than the one before, as after a rollback
     */
    public void set(long version, T value, Map<String, String> metadata) {
        Snapshot<T> snapshot;
        synchronized (this) {
            requireOpen();
            newest = Math.max(newest, version);
            Instant now = Instant.now();
            snapshot = new Snapshot<>(value, version, newest, metadata, now, Source.SERVICE, now, now);
            current = snapshot;
            failure = null;
            offered = 0;
            phase = Phase.RUNNING;
            notifyAll();
        }
        tell(listener -> listener.updated(snapshot));
    }

    /** The next version can't be taken into use: the value stays as it is. */
    public void fail(String why) {
        SubscriptionState state;
        synchronized (this) {
            requireOpen();
            failure = OctavoException.of(ErrorCode.UNAVAILABLE, topic + ": " + why);
            newest++;
            offered = newest;
            phase = Phase.FAILED;
            state = state();
        }
        tell(listener -> listener.failed(state));
    }

    /** The service has nothing for this process any more: the value stays as it is. */
    public synchronized void unresolve() {
        requireOpen();
        phase = Phase.UNRESOLVED;
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public synchronized Snapshot<T> current() {
        requireOpen();
        if (current == null) {
            throw failure == null ? OctavoException.of(ErrorCode.UNAVAILABLE, topic + ": no value yet") : failure;
        }
        return current;
    }

    @Override
    public synchronized T awaitValue(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (current == null && phase != Phase.CLOSED) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        return get();
    }

    @Override
    public synchronized SubscriptionState state() {
        return new SubscriptionState(phase, current == null ? 0 : current.version(), offered, failure);
    }

    @Override
    public void listen(SubscriptionListener<T> listener) {
        listen(Runnable::run, listener);
    }

    @Override
    public void listen(Executor executor, SubscriptionListener<T> listener) {
        Snapshot<T> now;
        synchronized (this) {
            requireOpen();
            listeners.add(new Registration<>(executor, listener));
            now = current;
        }
        if (now != null) {
            executor.execute(() -> listener.updated(now));
        }
    }

    @Override
    public synchronized void close() {
        phase = Phase.CLOSED;
        listeners.clear();
        notifyAll();
    }

    private synchronized long newest() {
        return newest;
    }

    private void requireOpen() {
        if (phase == Phase.CLOSED) {
            throw new IllegalStateException("the subscription to " + topic + " is closed");
        }
    }

    private void tell(java.util.function.Consumer<SubscriptionListener<T>> call) {
        List<Registration<T>> told;
        synchronized (this) {
            told = List.copyOf(listeners);
        }
        told.forEach(one -> one.executor().execute(() -> call.accept(one.listener())));
    }
}
