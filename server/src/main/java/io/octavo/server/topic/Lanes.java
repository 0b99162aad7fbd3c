package io.octavo.server.topic;

import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Lines up the writers of a topic in this node, first come first served. Topics may share a lane. */
final class Lanes {
    private static final int LANES = 1024;
    private static final int LONGEST_LINE = 256;

    private final ReentrantLock[] locks =
            Stream.generate(() -> new ReentrantLock(true)).limit(LANES).toArray(ReentrantLock[]::new);

    /**
     * Does something when the topic's lane is free, with the lane to itself.
     *
     * @throws ServiceException if too many wait already, or the lane isn't free in time
     */
    <T> T inLane(String topic, Patience patience, Supplier<T> work) {
        ReentrantLock lock = locks[Math.floorMod(topic.hashCode(), LANES)];
        if (lock.getQueueLength() >= LONGEST_LINE) {
            throw ServiceException.rateLimited(
                    "writers waiting for " + topic + ": " + LONGEST_LINE + " (expected: fewer)", Duration.ofSeconds(1));
        }
        take(lock, topic, patience);
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private static void take(ReentrantLock lock, String topic, Patience patience) {
        try {
            if (!lock.tryLock(patience.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw ServiceException.unavailable(
                        "other writers of " + topic + " came first all the time", Duration.ofSeconds(1), null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServiceException.unavailable("this node is stopping", Duration.ofSeconds(1), e);
        }
    }
}
