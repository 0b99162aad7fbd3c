package io.octavo.client;

import io.octavo.client.ClientMetrics.Failure;
import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.Offer;
import io.octavo.protocol.TopicState;
import io.octavo.rules.ErrorCode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A subscription at work. Offers come from the poll loop; one load at a time fetches and deserializes the wanted
 * version on a loading thread; taking it into use, telling the listeners and letting go of the value before are steps
 * on its lane, and the next load begins after them: so there are never more than two values and one in the making.
 */
final class TopicSubscription<T> implements Subscription<T> {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final String topic;
    private final Deserializer<? extends T> deserializer;
    private final @Nullable Snapshot<T> fallback;
    private final SubscriptionMachinery machinery;
    private final Listeners<T> listeners;
    private final SerialLane lane;
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    // Guarded by this, as are changes of the volatile ones.
    private final Pursuit pursuit;
    private @Nullable Load load;
    private @Nullable Future<?> retry;
    private boolean closed;
    private volatile @Nullable Held<T> held;
    private volatile SubscriptionState state;

    private static final class Load {
        private final Target target;
        private volatile boolean cancelled;

        Load(Target target) {
            this.target = target;
        }
    }

    TopicSubscription(
            String topic,
            Deserializer<? extends T> deserializer,
            @Nullable T defaultValue,
            List<Listeners.Registration<T>> listeners,
            SubscriptionMachinery machinery) {
        this.topic = topic;
        this.deserializer = deserializer;
        this.machinery = machinery;
        this.fallback = defaultValue == null
                ? null
                : new Snapshot<>(defaultValue, 0, 0, Map.of(), null, Source.DEFAULT, now(machinery));
        this.listeners = new Listeners<>(topic, listeners, machinery.metrics());
        this.lane = new SerialLane(machinery.workers());
        this.pursuit = new Pursuit(topic, machinery.polls().identity());
        this.state = pursuit.state();
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public Snapshot<T> current() {
        Held<T> now = held;
        if (now != null) {
            return now.snapshot();
        }
        SubscriptionState why = state;
        if (why.phase() == Phase.CLOSED) {
            throw new IllegalStateException("subscription of " + topic + " is closed");
        }
        if (fallback != null) {
            return fallback;
        }
        throw noValue(why);
    }

    @Override
    public T awaitValue(Duration atMost) throws InterruptedException {
        try {
            ready.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.log(Level.DEBUG, "waited {0} in vain for topic {1}", atMost, topic);
        } catch (ExecutionException e) {
            throw new IllegalStateException("completed with no exception", e);
        }
        return get();
    }

    @Override
    public SubscriptionState state() {
        return state;
    }

    @Override
    public void listen(SubscriptionListener<T> listener) {
        listen(machinery.workers(), listener);
    }

    @Override
    public void listen(Executor executor, SubscriptionListener<T> listener) {
        Listeners.Registration<T> registration = new Listeners.Registration<>(executor, listener);
        lane.add(() -> {
            listeners.add(registration);
            Held<T> now = held;
            return now == null
                    ? CompletableFuture.completedFuture(null)
                    : listeners.call(registration, known -> known.updated(now.snapshot()));
        });
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            stopLoading();
            state = new SubscriptionState(Phase.CLOSED, pursuit.version(), 0, null);
        }
        machinery.polls().remove(this);
        lane.add(() -> {
            Held<T> last = held;
            held = null;
            ready.complete(false);
            if (last != null) {
                last.letGo(null, machinery.metrics());
            }
            return CompletableFuture.completedFuture(null);
        });
    }

    /** Completes when its lane has nothing to do. */
    CompletableFuture<?> idle() {
        return lane.idle();
    }

    synchronized TopicState report() {
        return pursuit.report();
    }

    synchronized boolean hasHeard() {
        return pursuit.hasHeard();
    }

    synchronized boolean isBusy() {
        return !closed && pursuit.isBusy();
    }

    synchronized void unchanged(TopicState sent) {
        pursuit.unchanged(sent);
        changed();
    }

    synchronized void pollFailed(OctavoException error) {
        pursuit.pollFailed(error);
        changed();
    }

    synchronized void offered(Offer offer) {
        if (closed) {
            return;
        }
        switch (pursuit.hear(offer)) {
            case GO_ON -> {}
            case STOP -> stopLoading();
            case START -> {
                stopLoading();
                startLoading();
            }
            case TRY_NOW -> {
                cancelRetry();
                startLoading();
            }
        }
        changed();
    }

    private void startLoading() {
        Target target = pursuit.wanted();
        if (load != null || retry != null || target == null || closed) {
            return;
        }
        Load next = new Load(target);
        load = next;
        try {
            machinery.loads().execute(() -> run(next));
        } catch (RejectedExecutionException e) {
            load = null;
        }
    }

    private void stopLoading() {
        cancelRetry();
        if (load != null) {
            load.cancelled = true;
        }
    }

    private void cancelRetry() {
        if (retry != null) {
            retry.cancel(false);
            retry = null;
        }
    }

    private synchronized void retryNow() {
        retry = null;
        startLoading();
    }

    private void run(Load loading) {
        LoadedPayload payload;
        try {
            if (loading.cancelled) {
                throw new IllegalStateException("not wanted any more");
            }
            payload = machinery.downloads().fetch(topic, loading.target, () -> loading.cancelled);
        } catch (Exception e) {
            failed(
                    loading,
                    Errors.from(e, "fetch version " + loading.target.version() + " of " + topic),
                    Failure.FETCH);
            return;
        }
        machinery.metrics().downloaded(topic, payload.size());
        try {
            T value = deserializer.deserialize(payload);
            if (value == null) {
                throw new NullPointerException("the deserializer returned null");
            }
            payload.deserialized();
            lane.add(() -> apply(loading, value, payload));
        } catch (Throwable e) {
            payload.delete();
            String what = "deserialize version " + payload.version() + " of " + topic + ": " + e;
            failed(loading, OctavoException.lasting(ErrorCode.VALIDATION_FAILED, what, e), Failure.DESERIALIZE);
        }
    }

    private CompletionStage<?> apply(Load done, T value, LoadedPayload payload) {
        Held<T> before;
        Held<T> fresh;
        Target target;
        synchronized (this) {
            long version = pursuit.version();
            target = closed || done.cancelled ? null : pursuit.apply();
            before = held;
            fresh = new Held<>(snapshot(value, payload, target == null ? 0 : target.revision()), payload);
            if (target != null) {
                held = fresh;
                changed();
                countPropagation(version, fresh.snapshot());
            }
        }
        machinery.polls().report();
        if (target == null) {
            fresh.letGo(before, machinery.metrics());
            finish();
            return CompletableFuture.completedFuture(null);
        }
        return listeners.updated(fresh.snapshot()).thenRunAsync(() -> settle(before, fresh), machinery.workers());
    }

    /** All listeners have heard of the value in use: the one before can go, and the next can come. */
    private void settle(@Nullable Held<T> before, Held<T> now) {
        ready.complete(true);
        if (before != null) {
            before.letGo(now, machinery.metrics());
        }
        finish();
    }

    private Snapshot<T> snapshot(T value, LoadedPayload payload, long revision) {
        return new Snapshot<>(
                value,
                payload.version(),
                revision,
                payload.metadata(),
                Instant.ofEpochMilli(payload.record().getAtMs()),
                Source.SERVICE,
                now(machinery));
    }

    private synchronized void finish() {
        load = null;
        startLoading();
    }

    private void failed(Load loading, OctavoException error, Failure kind) {
        SubscriptionState told;
        Level level;
        synchronized (this) {
            load = null;
            if (closed || loading.cancelled) {
                startLoading();
                return;
            }
            int failures = pursuit.failed(error);
            retry = machinery
                    .world()
                    .timers()
                    .after(
                            machinery
                                    .limits()
                                    .reload()
                                    .after(failures, machinery.world().random()),
                            this::retryNow);
            state = pursuit.state();
            told = state;
            level = failures == 1 ? Level.WARNING : Level.DEBUG;
        }
        report(told, error, kind, level);
        machinery.polls().report();
    }

    /** After every change of the pursuit. */
    private void changed() {
        if (closed) {
            return;
        }
        SubscriptionState before = state;
        SubscriptionState now = pursuit.state();
        state = now;
        OctavoException error = now.error();
        if (error != null && now.phase() == Phase.FAILED && error != before.error()) {
            report(now, error, Failure.REFUSED, Level.WARNING);
        }
        if (now.phase() == Phase.UNRESOLVED && fallback != null) {
            ready.complete(true);
        }
    }

    private void report(SubscriptionState told, OctavoException error, Failure kind, Level level) {
        LOG.log(level, "topic " + topic + " stays at version " + told.version(), error);
        machinery.metrics().failed(topic, kind);
        lane.add(() -> listeners.failed(told));
    }

    private void countPropagation(long before, Snapshot<T> snapshot) {
        Instant publishedAt = snapshot.publishedAt();
        if (before > 0 && snapshot.version() > before && publishedAt != null) {
            machinery.metrics().applied(topic, Duration.between(publishedAt, snapshot.since()));
        }
    }

    private OctavoException noValue(SubscriptionState why) {
        String reason = switch (why.phase()) {
            case UNRESOLVED -> "nothing was published for this process";
            default -> why.offered() > 0 ? "version " + why.offered() + " is not there yet" : "no answer yet";
        };
        OctavoException error = why.error();
        return OctavoException.passing(
                "no value of topic " + topic + ": " + (error == null ? reason : error.getMessage()), error);
    }

    private static Instant now(SubscriptionMachinery machinery) {
        return machinery.world().clock().instant();
    }
}
