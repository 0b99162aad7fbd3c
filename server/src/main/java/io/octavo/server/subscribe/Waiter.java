package io.octavo.server.subscribe;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Somebody whose answer waits until one of their topics changes for them. Several threads may want to answer at once: the
 * one that {@link #take}s the waiter does, and nobody else. Nothing here blocks.
 */
abstract class Waiter {
    private enum Phase {
        WAITING,
        QUEUED,
        TAKEN
    }

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);
    private volatile @Nullable Future<?> timeout;

    /** How many topics are waited for. */
    abstract int topics();

    /** The name of one of the topics. */
    abstract String topic(int index);

    /** Whether the answer would be one that is waited for, now that the topic is like this. */
    abstract boolean wants(int index, CachedTopic now);

    /**
     * Answers with what is known now. Only for who has taken the waiter.
     *
     * @return the answer's size in bytes
     */
    abstract int answer();

    /** Ends it with the error that kept it from being answered. Only for who has taken the waiter. */
    abstract void fail(Throwable error);

    /** Says that this node goes away, and when to come again. Only for who has taken the waiter. */
    abstract void sendAway(Duration retryAfter);

    /** About the bytes of memory that it takes, its topics' places not included. */
    abstract int weight();

    /** Whether the caller is the one that has to answer. */
    final boolean take() {
        return phase.getAndSet(Phase.TAKEN) != Phase.TAKEN;
    }

    /** Whether the caller is the one that has to put it in a line to be answered. */
    final boolean queue() {
        return phase.compareAndSet(Phase.WAITING, Phase.QUEUED);
    }

    final boolean isWaiting() {
        return phase.get() == Phase.WAITING;
    }

    final void endsWith(Future<?> scheduled) {
        timeout = scheduled;
        if (phase.get() == Phase.TAKEN) {
            scheduled.cancel(false);
        }
    }

    final void cancelTimeout() {
        Future<?> scheduled = timeout;
        if (scheduled != null) {
            scheduled.cancel(false);
        }
    }
}
