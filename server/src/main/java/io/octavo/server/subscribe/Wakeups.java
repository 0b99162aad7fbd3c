package io.octavo.server.subscribe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the waiters whose topics have changed, not faster than a number and a number of bytes a second. Topics take
 * turns of about the same number of bytes, so that a large answer to many doesn't keep the others waiting. A topic that
 * changes again before its turn is looked at once. Topics can be named by many threads; one thread makes the steps.
 */
final class Wakeups {
    /** What a topic may send in one turn. */
    private static final int TURN_BYTES = 64 * 1024;
    /** What an answer costs beside its bytes. */
    private static final int ANSWER_BYTES = 512;
    /** What may go out at once after a quiet time. */
    private static final double BURST_SECONDS = 0.1;

    private static final Logger LOG = LoggerFactory.getLogger(Wakeups.class);

    /** The waiters of one topic who are to be answered, and what is left of its turn. */
    private static final class Line {
        private final String topic;
        private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
        private long credit;

        Line(String topic) {
            this.topic = topic;
        }
    }

    private final HeadCache cache;
    private final Waiters waiters;
    private final LongSupplier nanoTime;
    private final Bucket answers;
    private final Bucket bytes;
    private final Counter woken;
    private final Set<String> named = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<String> changed = new ConcurrentLinkedQueue<>();
    private final Map<String, Line> lines = new HashMap<>();
    private final ArrayDeque<Line> turns = new ArrayDeque<>();

    /** @param nanoTime as {@link System#nanoTime} */
    Wakeups(HeadCache cache, Waiters waiters, HeldConfig config, LongSupplier nanoTime, MeterRegistry registry) {
        this.cache = cache;
        this.waiters = waiters;
        this.nanoTime = nanoTime;
        this.answers = bucket(config.wakeupsPerSecond());
        this.bytes = bucket((double) config.wakeupBytesPerSecond().toBytes());
        this.woken = Counter.builder("octavo.wakeups")
                .description("Held polls that were answered because something changed for them")
                .register(registry);
    }

    private Bucket bucket(double perSecond) {
        return new Bucket(perSecond, Math.max(1, perSecond * BURST_SECONDS), nanoTime.getAsLong());
    }

    /** Names a topic that has changed. Doesn't block. */
    void changed(String topic) {
        if (named.add(topic)) {
            changed.add(topic);
        }
    }

    /**
     * Answers some waiters.
     *
     * @return when to call again: in so many ns; 0 = at once, negative = when a topic was named
     */
    long step() {
        lookAtChanged();
        Line line = turns.pollFirst();
        if (line == null) {
            return -1;
        }
        line.credit = Math.min(TURN_BYTES, line.credit + TURN_BYTES);
        long wait = 0;
        while (wait == 0 && line.credit > 0 && !line.waiters.isEmpty()) {
            wait = nanosUntilOpen();
            if (wait == 0) {
                send(line, line.waiters.removeFirst());
            }
        }
        if (line.waiters.isEmpty()) {
            lines.remove(line.topic);
        } else if (wait > 0) {
            line.credit -= TURN_BYTES;
            turns.addFirst(line);
        } else {
            turns.addLast(line);
        }
        return wait;
    }

    private void lookAtChanged() {
        for (String topic = changed.poll(); topic != null; topic = changed.poll()) {
            // Before it is looked at: what changes from here on names it again.
            named.remove(topic);
            CachedTopic now = cache.get(topic);
            if (now != null) {
                waiters.forEachConcerned(now, waiter -> enqueue(topic(now), waiter));
            }
        }
    }

    private void enqueue(String topic, Waiter waiter) {
        Line line = lines.get(topic);
        if (line == null) {
            line = new Line(topic);
            lines.put(topic, line);
            turns.addLast(line);
        }
        line.waiters.addLast(waiter);
    }

    private static String topic(CachedTopic cached) {
        return cached.topic();
    }

    private void send(Line line, Waiter waiter) {
        int size;
        try {
            size = waiters.answer(waiter);
        } catch (RuntimeException e) {
            LOG.error("a waiter for {} could not be answered", line.topic, e);
            size = 0;
        }
        if (size >= 0) {
            woken.increment();
            answers.pay(1);
            bytes.pay(size);
            line.credit -= size + ANSWER_BYTES;
        }
    }

    private long nanosUntilOpen() {
        long now = nanoTime.getAsLong();
        return Math.max(answers.nanosUntilOpen(now), bytes.nanosUntilOpen(now));
    }
}
