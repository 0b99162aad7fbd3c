package io.octavo.server.topic;

import java.util.concurrent.atomic.AtomicLong;

/** An installation's epoch, for tests. */
public final class InMemoryEpoch implements InstallationEpoch {
    private final AtomicLong epoch;

    public InMemoryEpoch(long epoch) {
        this.epoch = new AtomicLong(epoch);
    }

    @Override
    public long read() {
        return epoch.get();
    }

    @Override
    public boolean replace(long expected, long next) {
        return epoch.compareAndSet(expected, next);
    }
}
