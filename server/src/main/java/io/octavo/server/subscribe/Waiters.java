package io.octavo.server.subscribe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Who waits for which topics. Costs memory for each waiter, up to a bound, and a timer's entry; nothing while time goes
 * by. A waiter leaves when it is taken, by whomever. Safe for use by many threads; doesn't block.
 */
final class Waiters {
    /** About what a waiter takes beside its request: the call, its interceptors, the timer's entry. */
    private static final int WAITER_BYTES = 2_500;

    private static final int PLACE_BYTES = 150;
    /** Waiters that came together don't leave together. */
    private static final double SHORTEST_HOLD = 0.8;

    /** One topic of a waiter. */
    private record Place(Waiter waiter, int index) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Place place && place.waiter == waiter && place.index == index;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(waiter) + index;
        }
    }

    private final HeadCache cache;
    private final ScheduledExecutorService timer;
    private final long mostBytes;
    private final Consumer<CachedTopic> overtook;
    private final ConcurrentHashMap<String, Set<Place>> topics = new ConcurrentHashMap<>();
    private final Set<Waiter> all = ConcurrentHashMap.newKeySet();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean closed;

    /**
     * @param timer     ends holds; must forget what is cancelled
     * @param mostBytes of memory for waiters, about
     * @param overtook  hears of a topic that changed for somebody who was on their way here, and sees to it that they
     *     are answered
     */
    Waiters(HeadCache cache, ScheduledExecutorService timer, long mostBytes, Consumer<CachedTopic> overtook) {
        this.overtook = overtook;
        this.cache = cache;
        this.timer = timer;
        this.mostBytes = mostBytes;
    }

    /**
     * Lets somebody wait.
     *
     * @param atMost after a time between four fifths of this and this, the answer is given as it is then
     * @return false if there are too many already, or this node goes away: then nothing was done
     */
    boolean hold(Waiter waiter, Duration atMost) {
        long weight = weight(waiter);
        if (closed) {
            return false;
        }
        if (bytes.addAndGet(weight) > mostBytes) {
            bytes.addAndGet(-weight);
            return false;
        }
        all.add(waiter);
        for (int i = 0; i < waiter.topics(); i++) {
            Place place = new Place(waiter, i);
            topics.compute(waiter.topic(i), (topic, there) -> {
                Set<Place> places = there == null ? ConcurrentHashMap.newKeySet(1) : there;
                places.add(place);
                return places;
            });
        }
        waiter.endsWith(timer.schedule(() -> end(waiter), jittered(atMost), TimeUnit.MILLISECONDS));
        if (closed) {
            end(waiter);
        } else {
            lookOnceMore(waiter);
        }
        return true;
    }

    /** Somebody has gone. */
    void cancel(Waiter waiter) {
        if (waiter.take()) {
            forget(waiter);
        }
    }

    boolean any(String topic) {
        return topics.containsKey(topic);
    }

    /** Those of a topic's waiters who want to hear what it is now, and are in no line yet. */
    void forEachConcerned(CachedTopic now, Consumer<Waiter> concerned) {
        Set<Place> places = topics.get(now.topic());
        if (places == null) {
            return;
        }
        for (Place place : places) {
            Waiter waiter = place.waiter();
            if (waiter.isWaiting() && waiter.wants(place.index(), now) && waiter.queue()) {
                concerned.accept(waiter);
            }
        }
    }

    /** Answers a waiter, unless somebody else has; answers how many bytes that took, or -1 if it was not to be. */
    int answer(Waiter waiter) {
        if (!waiter.take()) {
            return -1;
        }
        forget(waiter);
        try {
            return waiter.answer();
        } catch (Throwable e) {
            // Nobody else has it any more: its caller would wait in vain.
            waiter.fail(e);
            return 0;
        }
    }

    int size() {
        return all.size();
    }

    long bytes() {
        return bytes.get();
    }

    /** Lets nobody wait any more, and sends off those who do, to come again at times that are spread out. */
    void close(Duration spread) {
        closed = true;
        List<Waiter> there = new ArrayList<>(all);
        for (Waiter waiter : there) {
            if (waiter.take()) {
                forget(waiter);
                waiter.sendAway(Duration.ofMillis(ThreadLocalRandom.current().nextLong(spread.toMillis() + 1)));
            }
        }
    }

    private void end(Waiter waiter) {
        int unused = answer(waiter);
    }

    /** What changed before it was there concerned nobody. */
    private void lookOnceMore(Waiter waiter) {
        for (int i = 0; i < waiter.topics(); i++) {
            CachedTopic now = cache.get(waiter.topic(i));
            if (now != null && waiter.wants(i, now)) {
                overtook.accept(now);
            }
        }
    }

    private void forget(Waiter waiter) {
        waiter.cancelTimeout();
        if (!all.remove(waiter)) {
            return;
        }
        for (int i = 0; i < waiter.topics(); i++) {
            Place place = new Place(waiter, i);
            topics.computeIfPresent(waiter.topic(i), (topic, places) -> {
                places.remove(place);
                return places.isEmpty() ? null : places;
            });
        }
        bytes.addAndGet(-weight(waiter));
    }

    private static long weight(Waiter waiter) {
        return WAITER_BYTES + waiter.weight() + (long) PLACE_BYTES * waiter.topics();
    }

    private static long jittered(Duration atMost) {
        double part = SHORTEST_HOLD
                + (1 - SHORTEST_HOLD) * ThreadLocalRandom.current().nextDouble();
        return Math.round(atMost.toMillis() * part);
    }
}
