package io.octavo.client;

import io.octavo.client.SubscriptionState.Phase;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription has in use, how it is doing, and who hears of both. Anybody may look at any time, without a lock;
 * it is changed by {@link Following} alone, which tells when. Listeners are called and values let go on the lane.
 */
final class InUse<T> {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final String topic;
    private final SubscriptionOptions<T> options;
    private final SubscriptionMachinery machinery;
    private final Listeners<T> listeners;
    private final SerialLane lane;
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    private volatile @Nullable Held<T> held;
    private volatile SubscriptionState state = new SubscriptionState(Phase.STARTING, 0, 0, null);
    private volatile Instant asOf = Instant.EPOCH;

    InUse(
            String topic,
            SubscriptionOptions<T> options,
            List<Listeners.Registration<T>> listeners,
            SubscriptionMachinery machinery) {
        this.topic = topic;
        this.options = options;
        this.machinery = machinery;
        this.listeners = new Listeners<>(topic, listeners, machinery.metrics());
        this.lane = new SerialLane(machinery.workers());
    }

    /** The value in use; null if there is none. */
    @Nullable
    Held<T> held() {
        return held;
    }

    SubscriptionState state() {
        return state;
    }

    /** Up to when what it says is known to be right. */
    Instant asOf() {
        return asOf;
    }

    boolean isClosed() {
        return state.phase() == Phase.CLOSED;
    }

    /** Whether it is required to have a value, and has none. */
    boolean isMissing() {
        return options.required() && held == null && options.given(state.phase()) == null && !isClosed();
    }

    /** Waits until there is a value that the listeners have heard of, or a default that stands for it, or the end. */
    void await(Duration atMost) throws InterruptedException {
        try {
            ready.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.log(Level.DEBUG, "waited {0} in vain for topic {1}", atMost, topic);
        } catch (ExecutionException e) {
            throw new IllegalStateException("completed with no exception", e);
        }
    }

    /** Tells the metrics what counts. */
    void observe() {
        Held<T> now = held;
        Source source = now == null ? null : now.snapshot().source();
        if (source == null && options.given(state.phase()) != null) {
            source = Source.DEFAULT;
        }
        boolean hasAge = now != null && source != Source.OVERRIDE;
        Duration age = hasAge ? Duration.between(asOf, machinery.world().clock().instant()) : Duration.ZERO;
        machinery.metrics().observed(topic, source, age);
    }

    void listen(Listeners.Registration<T> registration) {
        var unused = lane.add(() -> {
            listeners.add(registration);
            Held<T> now = held;
            return now == null
                    ? CompletableFuture.completedFuture(null)
                    : listeners.call(registration, known -> known.updated(now.snapshot()));
        });
    }

    /** Adds a step to the lane; answers what completes with it. */
    CompletableFuture<?> then(Supplier<? extends CompletionStage<?>> step) {
        return lane.add(step);
    }

    /** Completes when its lane has nothing to do. */
    CompletableFuture<?> idle() {
        return lane.idle();
    }

    /** What it says was right at that instant. */
    void heard(Instant rightAt) {
        asOf = rightAt;
    }

    /** It is the service's word from now on that the value is the one to use. */
    void confirm() {
        Held<T> known = held;
        if (known != null && known.snapshot().source() != Source.SERVICE) {
            LOG.log(
                    Level.INFO,
                    "topic {0}: the service has confirmed version {1}",
                    topic,
                    known.snapshot().version());
            held = known.confirmed(asOf);
        }
    }

    /** This is the value from now on; {@link #settle} is to follow, on the lane. */
    void replace(Held<T> fresh) {
        Held<T> before = held;
        held = fresh;
        Snapshot<T> now = fresh.snapshot();
        if (now.source() != Source.SERVICE) {
            LOG.log(
                    Level.WARNING,
                    "topic {0}: version {1} is not the service''s word, but from: {2}, as of {3}",
                    topic,
                    now.version(),
                    now.source(),
                    now.asOf());
        } else if (before != null && before.snapshot().source() != Source.SERVICE) {
            LOG.log(Level.INFO, "topic {0}: version {1}, from the service again", topic, now.version());
        }
        Instant publishedAt = now.publishedAt();
        if (before != null && now.version() > before.snapshot().version() && publishedAt != null) {
            machinery.metrics().applied(topic, Duration.between(publishedAt, now.since()));
        }
    }

    /** Tells all listeners of the value in use, and lets go of the one before when they have returned. */
    CompletionStage<?> settle(@Nullable Held<T> before, Held<T> now) {
        return listeners
                .updated(now.snapshot())
                .thenComposeAsync(heard -> settled(before, now), machinery.workers())
                // No thread can be had for it.
                .exceptionallyCompose(error -> settled(before, now));
    }

    private CompletionStage<Boolean> settled(@Nullable Held<T> before, Held<T> now) {
        ready.complete(true);
        return before == null
                ? CompletableFuture.completedFuture(true)
                : letGo(before, now).thenApply(gone -> true);
    }

    /** This is how it is doing, unless it is closed; of a failure that is new the listeners hear. */
    void become(SubscriptionState now, Level level) {
        SubscriptionState before = state;
        if (isClosed()) {
            return;
        }
        state = now;
        OctavoException error = now.error();
        if (error != null && now.phase() == Phase.FAILED && error != before.error()) {
            LOG.log(level, "topic " + topic + " stays at version " + now.version(), error);
            var unused = lane.add(() -> listeners.failed(now));
        }
        if (now.phase() == Phase.UNRESOLVED && options.ifUnpublished() != null) {
            ready.complete(true);
        }
    }

    /** Nothing can be had for now: who waits gets the default for that, if there is one. */
    void waitNoMore() {
        if (held == null && options.onError() != null) {
            ready.complete(true);
        }
    }

    /** From now on it answers nothing any more; {@link #letGo} is to follow. */
    void close() {
        state = new SubscriptionState(Phase.CLOSED, state.version(), 0, null);
    }

    /** The last step of the lane of one that is closed. */
    void letGo() {
        var unused = lane.add(() -> {
            Held<T> last = held;
            held = null;
            ready.complete(false);
            return last == null ? CompletableFuture.completedFuture(null) : letGo(last, null);
        });
    }

    /** A value that isn't in use. */
    CompletionStage<?> letGo(Held<T> value, @Nullable Held<T> successor) {
        return value.letGo(successor, machinery.callbacks(), machinery.metrics());
    }
}
