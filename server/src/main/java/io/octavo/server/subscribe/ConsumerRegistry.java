package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.PollRequest;
import io.octavo.server.consumers.Identities;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the processes that poll this node have reported last. A poll that brings nothing new costs one look-up and a time
 * stamp: no lock, no garbage. Bounded: a process for which there is no room is not recorded, and counted. Safe for use
 * by many threads; nothing here blocks.
 */
final class ConsumerRegistry {
    /** How often {@link #sweep} is to be called. */
    static final Duration SWEEP = Duration.ofSeconds(10);

    private static final Duration POLL_PERIOD = Duration.ofSeconds(30);
    /** Polls that may get lost before a process is taken for dead. */
    private static final int PERIODS = 3;
    /** For who gave up a poll to come again. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private static final long MOST_ERROR_CHARS = 2 << 20;

    private final HeadCache cache;
    private final AdoptionTimes adoptions;
    private final LongSupplier nanoTime;
    private final long mostBytes;
    private final long lifetime;
    private final ConcurrentHashMap<Consumer, KnownInstance> instances = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final ErrorTexts errors = new ErrorTexts(MOST_ERROR_CHARS);
    private final Unrecorded unrecorded = new Unrecorded();
    private final RecentTopics recent;
    private long turned;

    /**
     * @param pollPeriod how often processes are told to poll; 0 = as often as they want to
     * @param mostBytes  of memory, about
     * @param nanoTime   as {@link System#nanoTime}
     * @param adoptions  hears of each report that differs from its process's last
     */
    ConsumerRegistry(
            HeadCache cache, Duration pollPeriod, long mostBytes, LongSupplier nanoTime, AdoptionTimes adoptions) {
        this.cache = cache;
        this.adoptions = adoptions;
        this.nanoTime = nanoTime;
        this.mostBytes = mostBytes;
        this.lifetime = PERIODS * (pollPeriod.compareTo(POLL_PERIOD) > 0 ? pollPeriod : POLL_PERIOD).toNanos();
        this.recent = new RecentTopics(cache, nanoTime);
        this.turned = nanoTime.getAsLong();
    }

    /**
     * Takes what a poll says, which must have been checked. A process lives for three poll periods after its last poll,
     * and so, as no poll is held longer than one, while it is held.
     *
     * @return when it came, for {@link #gaveUp}
     */
    long heard(PollRequest poll) {
        long now = nanoTime.getAsLong();
        KnownInstance known = instances.get(poll.getConsumer());
        if (known == null || !known.report().says(poll)) {
            take(poll, known, now);
            return now;
        }
        known.see(now, lifetime);
        if (known.isForgotten()) {
            take(poll, null, now);
        }
        return now;
    }

    /** A held poll was given up by its process: unless another one comes soon, the process is gone. */
    void gaveUp(PollRequest poll, long came) {
        KnownInstance known = instances.get(poll.getConsumer());
        if (known != null) {
            known.leave(came, nanoTime.getAsLong(), GRACE.toNanos());
        }
    }

    /** Forgets who has not been heard of for long. Goes through all of them, beside the polls. */
    void sweep() {
        long now = nanoTime.getAsLong();
        Set<String> used = Collections.newSetFromMap(new IdentityHashMap<>());
        for (KnownInstance instance : instances.values()) {
            if (instance.isLive(now)) {
                instance.report().addErrorsTo(used);
            } else {
                forget(instance);
            }
        }
        errors.retain(used);
        if (now - turned >= lifetime) {
            turned = now;
            unrecorded.turn();
        }
    }

    /** Those that are alive, in no order. */
    void forEachLive(long now, java.util.function.Consumer<KnownInstance> visitor) {
        for (KnownInstance instance : instances.values()) {
            if (instance.isLive(now)) {
                visitor.accept(instance);
            }
        }
    }

    /** Which topics somebody has begun to poll lately; also who reads otherwise is noted there. */
    RecentTopics recent() {
        return recent;
    }

    AdoptionTimes adoptions() {
        return adoptions;
    }

    long now() {
        return nanoTime.getAsLong();
    }

    /** Processes that are recorded. */
    int size() {
        return instances.size();
    }

    /** Processes that polled in the last three to six poll periods and could not be recorded, about. */
    long unrecorded() {
        return unrecorded.count();
    }

    long bytes() {
        return bytes.get();
    }

    private void take(PollRequest poll, @Nullable KnownInstance there, long now) {
        KnownInstance known = there;
        if (poll.getTopicsCount() == 0) {
            if (known != null) {
                forget(known);
            }
            return;
        }
        for (int i = 0; i < poll.getTopicsCount(); i++) {
            recent.note(poll.getTopics(i).getTopic());
        }
        int weight = Report.weight(poll, cache);
        while (known == null || !update(known, poll, weight, now)) {
            int all = weight + KnownInstance.weight(poll.getConsumer());
            if (!reserve(all, 0)) {
                unrecorded.add(Identities.of(poll.getConsumer()));
                return;
            }
            Consumer consumer = KnownInstance.compact(poll.getConsumer());
            Report report = new Report(poll, null, now, cache, errors, weight);
            known = instances.putIfAbsent(consumer, new KnownInstance(consumer, report, now, lifetime));
            if (known == null) {
                return;
            }
            bytes.addAndGet(-all);
        }
    }

    /** False if the instance was forgotten meanwhile. */
    private boolean update(KnownInstance known, PollRequest poll, int weight, long now) {
        if (!reserve(weight, known.report().weight())) {
            unrecorded.add(Identities.of(poll.getConsumer()));
            forget(known);
            return true;
        }
        Report report = new Report(poll, known.report(), now, cache, errors, weight);
        Report before = known.replace(report);
        if (before == null) {
            bytes.addAndGet(-weight);
            return false;
        }
        bytes.addAndGet(-before.weight());
        known.see(now, lifetime);
        adoptions.heard(known.consumer(), before, report);
        return true;
    }

    /** @param freed what is given back right after */
    private boolean reserve(int weight, int freed) {
        if (bytes.addAndGet(weight) - freed > mostBytes) {
            bytes.addAndGet(-weight);
            return false;
        }
        return true;
    }

    private void forget(KnownInstance instance) {
        if (instance.forget()) {
            instances.remove(instance.consumer(), instance);
            bytes.addAndGet(-instance.report().weight() - KnownInstance.weight(instance.consumer()));
        }
    }
}
