package io.octavo.server.subscribe;

import io.octavo.server.topic.ChangeFeed;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns from the feed which topics changed. Each reading covers the time since the last one that worked, five seconds
 * before it, and the bucket after the current one, for writers whose clocks differ from ours. For one thread.
 */
final class FeedReader {
    private static final Logger LOG = LoggerFactory.getLogger(FeedReader.class);
    private static final Duration OVERLAP = Duration.ofSeconds(5);
    /** The feed keeps changes for an hour; what is nearly that old may be gone while it is read. */
    private static final Duration KEPT = Duration.ofMinutes(55);

    private final ChangeFeed feed;
    private final HeadCache cache;
    private final BehindHeads behind;
    private final Sweep sweep;
    private final InstantSource clock;
    private final CacheMetrics metrics;
    private Instant readTo;

    FeedReader(
            ChangeFeed feed,
            HeadCache cache,
            BehindHeads behind,
            Sweep sweep,
            InstantSource clock,
            CacheMetrics metrics) {
        this.feed = feed;
        this.cache = cache;
        this.behind = behind;
        this.sweep = sweep;
        this.clock = clock;
        this.metrics = metrics;
        this.readTo = clock.instant();
    }

    /** The next reading starts here: a load that sees every change before it has begun. */
    void startAt(Instant from) {
        readTo = from;
    }

    /** Reads the open buckets; after an outage, all since; after one longer than the feed keeps changes, all topics. */
    void read() {
        Instant now = clock.instant();
        try {
            if (Duration.between(readTo, now).compareTo(KEPT) > 0) {
                sweep.all();
                readTo = now;
            }
            Instant from = readTo.isAfter(now) ? now : readTo;
            long last = bucket(now) + 1;
            for (long bucket = bucket(from.minus(OVERLAP)); bucket <= last; bucket++) {
                for (ChangeFeed.Change change : feed.read(bucket)) {
                    if (behind.want(change.topic(), 0, change.revision())) {
                        metrics.changed();
                    }
                }
            }
        } catch (RuntimeException e) {
            metrics.failed(CacheMetrics.Step.FEED);
            LOG.warn("changes since {} could not be read; polls are answered from memory: {}", readTo, e.toString());
            return;
        }
        readTo = now;
        cache.freshAt(now);
    }

    private static long bucket(Instant at) {
        return Math.floorDiv(at.toEpochMilli(), ChangeFeed.BUCKET_MILLIS);
    }
}
