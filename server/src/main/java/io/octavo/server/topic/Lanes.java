package io.octavo.server.topic;

import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** Lines up the writers of a topic in this node, first come first served. Topics may share a lane. */
final class Lanes {
    private static final int LANES = 1024;
    private static final int LONGEST_LINE = 256;

    private final ReentrantLock[] locks =
            Stream.generate(() -> new ReentrantLock(true)).limit(LANES).toArray(ReentrantLock[]::new);

    /** A place in the lane; closing it lets the next one in. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    Place enter(String topic, Patience patience) {
        ReentrantLock lock = locks[Math.floorMod(topic.hashCode(), LANES)];
        if (lock.getQueueLength() >= LONGEST_LINE) {
            throw ServiceException.rateLimited(
                    "writers waiting for " + topic + ": " + LONGEST_LINE + " (expected: fewer)", Duration.ofSeconds(1));
        }
        try {
            if (!lock.tryLock(patience.left().toNanos(), TimeUnit.NANOSECONDS)) {
                throw ServiceException.unavailable(
                        "other writers of " + topic + " came first all the time", Duration.ofSeconds(1), null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServiceException.unavailable("this node is stopping", Duration.ofSeconds(1), e);
        }
        return lock::unlock;
    }
}
