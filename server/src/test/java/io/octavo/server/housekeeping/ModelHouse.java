package io.octavo.server.housekeeping;

import io.octavo.server.payload.InMemoryDirectPayloads;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.payload.InMemoryUploadLedger;
import io.octavo.server.retention.RetentionConfig;
import io.octavo.server.topic.InMemoryTopicLog;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** An installation in memory: its stores, its time, and what comes between two steps of anybody's. For one thread. */
final class ModelHouse {
    /** After which an upload is given up. */
    static final Duration MARGIN = Duration.ofHours(1);

    static final Duration PUT_WITHIN = MARGIN.dividedBy(2);
    /** For which older exported heads stay. */
    static final Duration KEEP = Duration.ofMinutes(10);

    static final RetentionConfig RETENTION = new RetentionConfig(
            Duration.ofHours(1),
            3,
            Duration.ofHours(2),
            Duration.ofHours(12),
            Duration.ZERO,
            10_000,
            100,
            100,
            1_000_000,
            100,
            Duration.ofDays(20));

    /** Stores' time-outs end sooner what waits longer. */
    static final Duration LONGEST_STEP = MARGIN.dividedBy(4);
    /** No process is at something for so long, and no region away. */
    static final Duration LONGEST_LAG = RETENTION.grace().dividedBy(3);

    final Random random;
    final TestTime time = new TestTime();
    final InMemoryTopicLog log = new InMemoryTopicLog(time);
    final InMemoryDirectPayloads direct = new InMemoryDirectPayloads();
    final InMemoryUploadLedger ledger = new InMemoryUploadLedger(time);
    final List<InMemoryObjects> buckets = List.of(new InMemoryObjects("eu", time), new InMemoryObjects("us", time));
    private final Map<String, Set<Long>> running = new HashMap<>();
    private final Runnable between;
    private boolean quiet;
    private int swept;

    ModelHouse(Random random, Runnable between) {
        this.random = random;
        this.between = between;
    }

    Stores stores() {
        return new Stores(log, direct, direct::ids, ledger, List::of, buckets);
    }

    /** What live consumers of a topic say that they run. */
    Set<Long> running(String topic) {
        return running.computeIfAbsent(topic, name -> new HashSet<>());
    }

    /** Whether nothing comes between steps, nobody dies, and nothing is away. */
    boolean isQuiet() {
        return quiet;
    }

    void quiet(boolean isQuiet) {
        quiet = isQuiet;
        if (isQuiet) {
            buckets.forEach(bucket -> bucket.away(false));
        }
    }

    void between() {
        if (!quiet) {
            between.run();
        }
    }

    /** An upload's bytes are about to be removed. */
    void sweeps() {
        swept++;
    }

    int swept() {
        return swept;
    }
}
