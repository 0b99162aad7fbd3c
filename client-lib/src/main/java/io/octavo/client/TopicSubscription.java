package io.octavo.client;

import io.octavo.client.ClientMetrics.Failure;
import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
 *
 * <p>While it has no value it goes on to the next step of a start when one fails: the service, the fallback cache, what
 * this machine kept. The service is asked all the while, and what it says comes first.
 */
final class TopicSubscription<T> implements Subscription<T>, StartChain.Subscriber {
    private static final Logger LOG = System.getLogger("io.octavo.client");
    private final String topic;
    private final SubscriptionOptions<T> options;
    private final SubscriptionMachinery machinery;
    private final Consumer consumer;
    private final long override;
    private final Listeners<T> listeners;
    private final SerialLane lane;
    private final Making<T> making;
    private final Memory memory;
    private final StartChain chain;
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    // Guarded by this, as are changes of the volatile ones.
    private final Pursuit pursuit;
    private @Nullable Load load;
    private @Nullable Future<?> retry;
    private boolean closed;
    private volatile @Nullable Held<T> held;
    private volatile SubscriptionState state;
    private volatile Instant asOf = Instant.EPOCH;

    private static final class Load {
        /** Null = the version of the configuration, which has yet to be found. */
        private final @Nullable Target target;

        private volatile boolean cancelled;
        /** Why the target couldn't be had, if something stands in for it. */
        private volatile @Nullable OctavoException error;

        Load(@Nullable Target target) {
            this.target = target;
        }
    }

    TopicSubscription(
            String topic,
            SubscriptionOptions<T> options,
            List<Listeners.Registration<T>> listeners,
            SubscriptionMachinery machinery) {
        this.topic = topic;
        this.options = options;
        this.machinery = machinery;
        this.consumer = machinery.polls().identity();
        this.override = machinery.start().overrides().getOrDefault(topic, 0L);
        this.listeners = new Listeners<>(topic, listeners, machinery.metrics());
        this.lane = new SerialLane(machinery.workers());
        this.pursuit = new Pursuit(topic, override);
        this.making = new Making<>(topic, options.deserializer(), machinery);
        this.memory = new Memory(topic, consumer, machinery);
        this.chain = new StartChain(topic, consumer, machinery, memory::recalled, this);
        this.state = pursuit.state();
    }

    /** Recalls what an earlier run has left, and gives the service the time it has. */
    void begin() {
        memory.recall(known -> {
            synchronized (this) {
                pursuit.recall(known);
            }
        });
        if (override > 0) {
            LOG.log(Level.WARNING, "topic {0} is overridden: version {1}, whatever is offered", topic, override);
            synchronized (this) {
                startLoading();
            }
        } else {
            chain.begin();
        }
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
        Snapshot<T> given = options.given(why.phase());
        if (given != null) {
            return given;
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

    /** Whether it is required to have a value, and has none. */
    boolean isMissing() {
        return options.required() && held == null && options.given(state.phase()) == null && !closed();
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

    /** After a poll: tells who counts. */
    void observe() {
        Held<T> now = held;
        Source source = now == null ? null : now.snapshot().source();
        if (source == null && options.given(state.phase()) != null) {
            source = Source.DEFAULT;
        }
        boolean hasAge = now != null && source != Source.OVERRIDE;
        machinery.metrics().observed(topic, source, hasAge ? Duration.between(asOf, now(machinery)) : Duration.ZERO);
    }

    synchronized void unchanged(TopicState sent) {
        if (closed) {
            return;
        }
        boolean agrees = pursuit.unchanged(sent);
        chain.answered();
        if (agrees) {
            confirmed();
        }
        changed();
        save();
    }

    synchronized void pollFailed(OctavoException error) {
        pursuit.silence(error);
        changed();
        chain.pollFailed(error);
    }

    void offered(Offer offer) {
        hear(Target.of(offer, consumer, now(machinery)));
    }

    private synchronized void hear(Target target) {
        if (closed) {
            return;
        }
        Pursuit.Step step = pursuit.hear(target);
        if (step != Pursuit.Step.GO_ON && target.asOf().isAfter(asOf)) {
            asOf = target.asOf();
        }
        if (target.source() == Source.SERVICE) {
            chain.answered();
        }
        switch (step) {
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
        if (target.source() == Source.SERVICE && step == Pursuit.Step.STOP) {
            confirmed();
        }
        changed();
        save();
    }

    /** The service wants nothing else than what is held: that is its word from now on. */
    private void confirmed() {
        Instant now = now(machinery);
        Held<T> known = held;
        asOf = now;
        if (known != null
                && pursuit.wanted() == null
                && pursuit.state().phase() == Phase.RUNNING
                && known.snapshot().source() != Source.SERVICE) {
            LOG.log(Level.INFO, "topic {0}: the service has confirmed version {1}", topic, pursuit.version());
            held = known.confirmed(now);
        }
    }

    @Override
    public synchronized boolean isInNeed() {
        return !closed && override == 0 && held == null && !pursuit.hasHeard() && pursuit.wanted() == null;
    }

    @Override
    public synchronized void found(Target target) {
        if (isInNeed()) {
            hear(target);
        }
    }

    /** Polls go on, and others are asked again after a while. */
    @Override
    public synchronized void foundNothing(OctavoException why, int times) {
        pursuit.silence(why);
        changed();
        if (options.onError() != null) {
            ready.complete(true);
        }
        retryLater(times);
    }

    /** Keeps what is new for the next start. */
    private void save() {
        memory.save(() -> {
            synchronized (this) {
                return pursuit.remembered().setHeardMs(asOf.toEpochMilli());
            }
        });
    }

    private void startLoading() {
        Target target = pursuit.wanted();
        boolean isOverridden = override > 0 && pursuit.version() == 0;
        if (load != null || retry != null || closed || (target == null && !isOverridden)) {
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

    private void retryLater(int failures) {
        cancelRetry();
        Duration wait =
                machinery.limits().reload().around(failures, machinery.world().random());
        retry = machinery.world().timers().after(wait, this::retryNow);
    }

    private synchronized void retryNow() {
        retry = null;
        startLoading();
        chain.askOthers();
    }

    private void run(Load loading) {
        try {
            make(loading);
        } catch (RuntimeException e) {
            failed(loading, Errors.from(e, "load " + topic));
        }
    }

    private void make(Load loading) {
        OctavoException error = attempt(loading);
        if (error == null) {
            return;
        }
        Target wanted = loading.target;
        if (wanted != null && held == null && !loading.cancelled) {
            loading.error = error;
            for (Target other : standIns(wanted)) {
                if (!loading.cancelled && attempt(loading, other) == null) {
                    return;
                }
            }
        }
        failed(loading, error);
    }

    private List<Target> standIns(Target wanted) {
        TopicHead newest;
        synchronized (this) {
            newest = pursuit.head();
        }
        return machinery
                .starts()
                .standIns(
                        wanted, newest == null ? wanted.head() : newest, consumer, memory.recalled(), options.older());
    }

    private @Nullable OctavoException attempt(Load loading) {
        Target target = loading.target;
        if (target != null) {
            return attempt(loading, target);
        }
        try {
            return attempt(loading, machinery.starts().overridden(topic, override, memory.recalled()));
        } catch (Exception e) {
            return Errors.from(e, "find version " + override + " of " + topic);
        }
    }

    /** Answers what went wrong; null if the version is about to be taken into use. */
    private @Nullable OctavoException attempt(Load loading, Target target) {
        Making.Made<T> made;
        try {
            made = making.make(target, () -> loading.cancelled);
        } catch (OctavoException e) {
            return e;
        }
        lane.add(() -> apply(loading, target, made.value(), made.payload()));
        memory.ran(made.payload());
        made.payload().deserialized();
        save();
        return null;
    }

    private CompletionStage<?> apply(Load done, Target by, T value, LoadedPayload payload) {
        Held<T> before;
        Held<T> fresh;
        Target target;
        synchronized (this) {
            long version = pursuit.version();
            target = closed || done.cancelled ? null : pursued(done, by);
            before = held;
            fresh = new Held<>(snapshot(value, payload, target == null ? by : target), payload);
            if (target != null) {
                held = fresh;
                OctavoException wantedFailed = done.error;
                if (wantedFailed != null && pursuit.wanted() != null) {
                    retryLater(pursuit.failed(wantedFailed));
                }
                say(before, fresh);
                changed();
                save();
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

    private @Nullable Target pursued(Load done, Target by) {
        if (by.source() == Source.OVERRIDE) {
            return pursuit.applyOverride(by);
        }
        return done.error == null ? pursuit.apply() : pursuit.applyStandIn(by);
    }

    /** That the service isn't the one who says what to run, and that it is again. */
    private void say(@Nullable Held<T> before, Held<T> now) {
        Snapshot<T> snapshot = now.snapshot();
        if (snapshot.source() != Source.SERVICE) {
            LOG.log(
                    Level.WARNING,
                    "topic {0}: version {1} is not the service''s word, but from: {2}, as of {3}",
                    topic,
                    snapshot.version(),
                    snapshot.source(),
                    snapshot.asOf());
        } else if (before != null && before.snapshot().source() != Source.SERVICE) {
            LOG.log(Level.INFO, "topic {0}: version {1}, from the service again", topic, snapshot.version());
        }
    }

    /** All listeners have heard of the value in use: the one before can go, and the next can come. */
    private void settle(@Nullable Held<T> before, Held<T> now) {
        ready.complete(true);
        if (before != null) {
            before.letGo(now, machinery.metrics());
        }
        finish();
    }

    private Snapshot<T> snapshot(T value, LoadedPayload payload, Target by) {
        return new Snapshot<>(
                value,
                payload.version(),
                by.revision(),
                payload.metadata(),
                Instant.ofEpochMilli(payload.record().getAtMs()),
                by.source(),
                by.asOf(),
                now(machinery));
    }

    private synchronized void finish() {
        load = null;
        startLoading();
    }

    private void failed(Load loading, OctavoException error) {
        SubscriptionState told;
        Level level;
        synchronized (this) {
            load = null;
            if (closed || loading.cancelled) {
                startLoading();
                return;
            }
            int failures = pursuit.failed(error);
            retryLater(failures);
            state = pursuit.state();
            told = state;
            level = failures == 1 ? Level.WARNING : Level.DEBUG;
            if (held == null && options.onError() != null) {
                ready.complete(true);
            }
        }
        report(told, error, level);
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
            if (pursuit.wanted() == null) {
                machinery.metrics().failed(topic, Failure.REFUSED);
            }
            report(now, error, Level.WARNING);
        }
        if (now.phase() == Phase.UNRESOLVED && options.ifUnpublished() != null) {
            ready.complete(true);
        }
    }

    private void report(SubscriptionState told, OctavoException error, Level level) {
        LOG.log(level, "topic " + topic + " stays at version " + told.version(), error);
        lane.add(() -> listeners.failed(told));
    }

    private void countPropagation(long before, Snapshot<T> snapshot) {
        Instant publishedAt = snapshot.publishedAt();
        if (before > 0 && snapshot.version() > before && publishedAt != null) {
            machinery.metrics().applied(topic, Duration.between(publishedAt, snapshot.since()));
        }
    }

    private boolean closed() {
        return state.phase() == Phase.CLOSED;
    }

    private OctavoException noValue(SubscriptionState why) {
        OctavoException error = why.error();
        Tried tried = chain.tried();
        String reason;
        if (why.phase() == Phase.UNRESOLVED) {
            reason = "nothing was published for this process";
        } else if (why.phase() == Phase.FAILED && error != null) {
            reason = error.getMessage() + (tried.isEmpty() ? "" : "; " + tried);
        } else if (!tried.isEmpty()) {
            reason = tried.toString();
        } else {
            reason = why.offered() > 0 ? "version " + why.offered() + " is not there yet" : "no answer yet";
        }
        return OctavoException.passing("no value of topic " + topic + ": " + reason + "; no default is given", error);
    }

    private static Instant now(SubscriptionMachinery machinery) {
        return machinery.world().clock().instant();
    }
}
