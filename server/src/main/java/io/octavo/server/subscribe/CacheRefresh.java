package io.octavo.server.subscribe;

import io.octavo.protocol.Hint;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** Loads the cache, then keeps it fresh. Each of the two ticks is for one thread, and tells when it wants the next. */
final class CacheRefresh {
    /** The feed is read this often. */
    static final Duration FEED_INTERVAL = Duration.ofSeconds(1);

    private final HeadCache cache;
    private final BehindHeads behind;
    private final CacheLoader loader;
    private final Sweep sweep;
    private final FeedReader feedReader;
    private final InstantSource clock;
    private final CacheMetrics metrics;
    private long nextFeedAt;

    CacheRefresh(
            TopicLog log,
            ChangeFeed feed,
            HeadCache cache,
            FallbackLoader fallback,
            Duration sweepInterval,
            InstantSource clock,
            RandomGenerator random,
            CacheMetrics metrics) {
        this.cache = cache;
        this.behind = new BehindHeads(log, cache, clock, metrics);
        this.loader = new CacheLoader(log, cache, fallback, random, metrics);
        this.sweep = new Sweep(log, behind, sweepInterval, metrics);
        this.feedReader = new FeedReader(feed, cache, behind, sweep, clock, metrics);
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Loads if that is still to do, reads the feed if it is time, and reads heads that are behind. Blocks. */
    Duration tick() {
        if (!cache.isLoaded()) {
            feedReader.startAt(clock.instant());
            if (!loader.load()) {
                return loader.untilNext();
            }
        }
        if (untilFeed() <= 0) {
            nextFeedAt = clock.millis() + FEED_INTERVAL.toMillis();
            feedReader.read();
        }
        long untilDue = behind.readDue().toMillis();
        return Duration.ofMillis(Math.max(1, Math.min(untilDue, untilFeed())));
    }

    /** Compares some topics with the log. Blocks. */
    Duration sweepTick() {
        if (cache.isLoaded()) {
            sweep.slice();
        }
        return sweep.pause();
    }

    /**
     * Takes what another node says of a topic, by its head or by where it stands alone.
     *
     * @return whether a head is to be read now
     */
    boolean hint(Hint hint) {
        if (hint.hasHead()) {
            if (cache.put(hint.getHead())) {
                metrics.hinted();
            }
            return false;
        }
        if (!cache.isLoaded() || !behind.wantHinted(hint.getTopic(), hint.getEpoch(), hint.getRevision())) {
            return false;
        }
        metrics.hinted();
        return true;
    }

    int behind() {
        return behind.size();
    }

    private long untilFeed() {
        long until = nextFeedAt - clock.millis();
        return until > FEED_INTERVAL.toMillis() ? 0 : until;
    }
}
