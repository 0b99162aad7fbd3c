package io.octavo.client;

import io.octavo.client.ClientMetrics.Failure;
import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Follows a topic: hears offers, has the wanted version loaded, and takes it into use. There are never more than two
 * values and one in the making: taking a value into use, telling the listeners and letting go of the value before are one
 * step of the lane, and the next load begins after it.
 *
 * <p><b>Threads.</b> A subscription has one lock: this object. It guards the {@link Pursuit}, the {@link Loading} and all
 * changes of what is {@link InUse}, which is read without it. Nothing blocks under it, and no code of the user runs but metrics.
 *
 * <ul>
 *   <li>The poll loop brings offers and asks for reports under its own lock: so it is not called under this one.
 *   <li>Loading threads do what blocks without the lock, and take it to tell what came of it; timers do the same.
 *   <li>The lane takes the lock to take a value into use; listeners and {@code close()} of values run without it, as does
 *       the last step, once this is closed.
 *   <li>{@link StartChain} and {@link Memory} have locks of their own, taken after this one; they call this without them.
 * </ul>
 */
final class Following<T> implements StartChain.Subscriber, Load.Receiver<T> {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final String topic;
    private final SubscriptionMachinery machinery;
    private final Consumer consumer;
    private final long override;
    private final Memory memory;
    private final StartSources sources;
    private final StartChain chain;
    private final Pursuit pursuit;
    private final Loading<T> loading;
    private final InUse<T> inUse;

    Following(String topic, SubscriptionOptions<T> options, InUse<T> inUse, SubscriptionMachinery machinery) {
        this.topic = topic;
        this.machinery = machinery;
        this.consumer = machinery.polls().identity();
        this.override = machinery.start().overrides().getOrDefault(topic, 0L);
        this.memory = new Memory(topic, consumer, machinery);
        this.sources = new StartSources(topic, consumer, override, options.older(), memory, machinery.starts());
        this.chain = new StartChain(sources, machinery, this);
        this.pursuit = new Pursuit(topic, override);
        this.loading = new Loading<>(sources, new Making<>(topic, options.deserializer(), machinery), machinery, this);
        this.inUse = inUse;
        changed();
    }

    /** Recalls what an earlier run has left, gives the service the time it has, and joins the polls. */
    void begin() {
        memory.recall(known -> {
            synchronized (this) {
                pursuit.recall(known);
            }
        });
        if (override > 0) {
            LOG.log(Level.WARNING, "topic {0} is overridden: version {1}, whatever is offered", topic, override);
            synchronized (this) {
                load();
            }
        } else {
            chain.begin();
        }
        try {
            machinery.polls().add(this);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    void close() {
        synchronized (this) {
            if (inUse.isClosed()) {
                return;
            }
            loading.stop();
            inUse.close();
        }
        machinery.polls().remove(this);
        memory.close();
        inUse.letGo();
    }

    String topic() {
        return topic;
    }

    InUse<T> inUse() {
        return inUse;
    }

    /** What was tried in vain to have a value. */
    Tried tried() {
        return chain.tried();
    }

    synchronized TopicState report() {
        return pursuit.report();
    }

    /** Whether the service has said what there is to run. */
    synchronized boolean hasHeard() {
        return pursuit.hasHeard();
    }

    /** Whether a version is on its way, that has not failed. */
    synchronized boolean isBusy() {
        return !inUse.isClosed() && pursuit.isBusy();
    }

    /** The service has nothing to add to the state that was sent to it. */
    synchronized void unchanged(TopicState sent) {
        if (inUse.isClosed()) {
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

    /** The service has answered, but can't say whether what is held is still what is to run. */
    synchronized void answered() {
        if (!inUse.isClosed()) {
            pursuit.answered();
            chain.answered();
        }
    }

    synchronized void pollFailed(OctavoException error) {
        pursuit.silence(error);
        changed();
        chain.pollFailed(error);
    }

    void offered(Offer offer) {
        hear(Target.of(offer, consumer, now()));
    }

    @Override
    public synchronized boolean isInNeed() {
        return !inUse.isClosed()
                && override == 0
                && inUse.held() == null
                && !pursuit.hasHeard()
                && pursuit.wanted() == null;
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
        inUse.waitNoMore();
        loading.retryLater(times);
    }

    @Override
    public synchronized void again() {
        loading.waitNoMore();
        load();
        chain.askOthers();
    }

    @Override
    public List<Target> standIns(Target wanted) {
        TopicHead newest;
        synchronized (this) {
            if (inUse.held() != null) {
                return List.of();
            }
            newest = pursuit.head();
        }
        return sources.standIns(wanted, newest);
    }

    @Override
    public void made(Load<T> load, Target by, Making.Made<T> made) {
        LoadedPayload payload = made.payload();
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        var unused = inUse.then(() -> take(load, by, made, taken)).exceptionally(error -> {
            notTaken(load, by, made, error);
            taken.complete(isInUse(payload));
            return null;
        });
        // Meanwhile: nobody waits for the disk.
        boolean isStored = memory.store(payload);
        if (isStored || !memory.waitsForPlace(payload)) {
            payload.deserialized();
        }
        var unusedToo = taken.thenAccept(isTaken -> {
            if (isTaken && isInUse(payload)) {
                memory.ran(payload, isStored);
                save();
            }
        });
    }

    @Override
    public void failed(Load<T> load, OctavoException why) {
        synchronized (this) {
            loading.ended();
            if (inUse.isClosed() || load.isCancelled()) {
                load();
                return;
            }
            int failures = pursuit.failed(why);
            loading.retryLater(failures);
            inUse.become(pursuit.state(), failures == 1 ? Level.WARNING : Level.DEBUG);
            inUse.waitNoMore();
        }
        machinery.polls().report();
    }

    private synchronized void hear(Target target) {
        if (inUse.isClosed()) {
            return;
        }
        Pursuit.Step step = pursuit.hear(target);
        if (step != Pursuit.Step.GO_ON && target.asOf().isAfter(inUse.asOf())) {
            inUse.heard(target.asOf());
        }
        if (target.source() == Source.SERVICE) {
            chain.answered();
        }
        switch (step) {
            case GO_ON -> {}
            case STOP -> {
                loading.stop();
                stopped(target);
            }
            case START -> {
                loading.stop();
                load();
            }
            case TRY_NOW -> {
                loading.waitNoMore();
                load();
            }
        }
        changed();
        save();
    }

    /** Nothing is wanted, by this word: it is what runs, or there is nothing to run, or it was refused. */
    private void stopped(Target by) {
        if (pursuit.state().phase() == Phase.FAILED) {
            machinery.metrics().failed(topic, Failure.REFUSED);
        }
        if (by.source() == Source.SERVICE) {
            confirmed();
        }
    }

    /** The service wants nothing else than what is held: that is its word from now on. */
    private void confirmed() {
        inUse.heard(now());
        if (pursuit.wanted() == null && pursuit.state().phase() == Phase.RUNNING) {
            inUse.confirm();
        }
    }

    /** Begins to load what is wanted, if anything is. */
    private void load() {
        boolean mustFind = override > 0 && pursuit.version() == 0;
        if (!inUse.isClosed() && (pursuit.wanted() != null || mustFind)) {
            loading.start(pursuit.wanted());
        }
    }

    /** A step of the lane: the value is taken into use, unless it was overtaken. */
    private CompletionStage<?> take(Load<T> load, Target by, Making.Made<T> made, CompletableFuture<Boolean> taken) {
        Held<T> before;
        Held<T> fresh;
        Target target;
        synchronized (this) {
            target = inUse.isClosed() || load.isCancelled() ? null : pursued(load, by);
            before = inUse.held();
            fresh = Held.of(made, target == null ? by : target, now());
            if (target != null) {
                inUse.replace(fresh);
                OctavoException wantedFailed = load.failure();
                if (wantedFailed != null && pursuit.wanted() != null) {
                    loading.retryLater(pursuit.failed(wantedFailed));
                }
                changed();
                save();
            }
        }
        taken.complete(target != null);
        machinery.polls().report();
        CompletionStage<?> settled = target == null ? inUse.letGo(fresh, before) : inUse.settle(before, fresh);
        return settled.handle((done, error) -> {
            finish();
            return done;
        });
    }

    /** The step that was to take it did not get there: no thread could be had for it, say. */
    private void notTaken(Load<T> load, Target by, Making.Made<T> made, Throwable error) {
        if (isInUse(made.payload())) {
            finish();
            return;
        }
        var unused = inUse.letGo(Held.of(made, by, now()), inUse.held());
        failed(load, Errors.from(error, "take version " + by.version() + " of " + topic + " into use"));
    }

    private boolean isInUse(LoadedPayload payload) {
        Held<T> held = inUse.held();
        return held != null && held.payload() == payload;
    }

    private @Nullable Target pursued(Load<T> load, Target by) {
        if (by.source() == Source.OVERRIDE) {
            return pursuit.applyOverride(by);
        }
        return load.failure() == null ? pursuit.apply() : pursuit.applyStandIn(by);
    }

    private synchronized void finish() {
        loading.ended();
        load();
    }

    /** After every change of the pursuit. */
    private void changed() {
        inUse.become(pursuit.state(), Level.WARNING);
    }

    /** Keeps what is new for the next start. */
    private void save() {
        memory.save(() -> {
            synchronized (this) {
                return pursuit.remembered().setHeardMs(inUse.asOf().toEpochMilli());
            }
        });
    }

    private Instant now() {
        return machinery.world().clock().instant();
    }
}
