package io.octavo.server.idle;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Uses in memory, for tests: pass the same contract as the real ones. */
public final class InMemoryTopicUses implements TopicUses {
    private final Map<String, Instant> uses = new HashMap<>();
    private @Nullable Watch watch;
    private int writes;

    @Override
    public synchronized Map<String, Instant> all() {
        return Map.copyOf(uses);
    }

    @Override
    public synchronized void used(String topic, Instant at) {
        writes++;
        uses.merge(topic, at, (one, other) -> one.isAfter(other) ? one : other);
    }

    @Override
    public synchronized @Nullable Watch watch() {
        return watch;
    }

    @Override
    public synchronized void watched(Watch later) {
        if (watch == null || !later.until().isBefore(watch.until())) {
            watch = later;
        }
    }

    /** How many uses were written. */
    public synchronized int writes() {
        return writes;
    }
}
