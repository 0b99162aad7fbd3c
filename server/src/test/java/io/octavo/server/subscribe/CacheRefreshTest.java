package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** How a loaded cache stays fresh: by the feed of changes, and by the sweep. */
class CacheRefreshTest {
    private static final Duration SECOND = Refreshing.SECOND;
    private static final Duration SWEEP = Refreshing.SWEEP;

    private final Refreshing node = new Refreshing();
    private final TestClock clock = node.clock;
    private final FaultyLog log = node.log;
    private final HeadCache cache = node.cache;
    private final SimpleMeterRegistry meters = node.meters;
    private final CacheRefresh refresh = node.refresh;

    @Test
    void changeIsThereAfterTheNextTick() {
        log.publish("a", 1);
        refresh.tick();
        log.publish("a", 2);
        log.publish("new", 1);
        node.tick();
        assertThat(node.version("a")).isEqualTo(2);
        assertThat(node.version("new")).isEqualTo(1);
        assertThat(meters.counter("octavo.cache.changes").count()).isEqualTo(2);
    }

    @Test
    void headThatIsThereAlreadyIsNotReadAgain() {
        refresh.tick();
        log.publish("a", 1);
        for (int i = 0; i < 20; i++) {
            node.tick();
        }
        assertThat(log.headReads()).hasSize(1);
    }

    @Test
    void writersWhoseClocksDifferAreHeard() {
        refresh.tick();
        log.publish("fast", 1, clock.instant().plusSeconds(10));
        log.publish("slow", 1, clock.instant().minusSeconds(5));
        node.tick();
        assertThat(node.version("fast")).isEqualTo(1);
        assertThat(node.version("slow")).isEqualTo(1);
    }

    @Test
    void headBehindTheFeedIsReadAgainUntilItIsThere() {
        log.publish("a", 1);
        refresh.tick();
        log.freeze("a");
        log.publish("a", 2);
        clock.advance(SECOND);
        assertThat(refresh.tick()).isEqualTo(Duration.ofMillis(20));
        assertThat(node.version("a")).isEqualTo(1);
        assertThat(refresh.behind()).isEqualTo(1);
        clock.advance(Duration.ofMillis(20));
        assertThat(refresh.tick()).isEqualTo(Duration.ofMillis(40));
        log.unfreeze("a");
        clock.advance(Duration.ofMillis(40));
        refresh.tick();
        assertThat(node.version("a")).isEqualTo(2);
        assertThat(refresh.behind()).isZero();
        assertThat(log.headReads()).containsOnly(Read.LOCAL);
    }

    @Test
    void headThatStaysBehindLocallyIsReadSerially() {
        log.publish("a", 1);
        refresh.tick();
        log.freeze("a");
        log.publish("a", 2);
        for (int i = 0; i < 12; i++) {
            node.tick();
        }
        assertThat(node.version("a")).isEqualTo(2);
        assertThat(log.headReads()).hasSize(8).endsWith(Read.LOCAL, Read.SERIAL);
    }

    @Test
    void topicThatStaysBehindIsNeverGivenUp() {
        refresh.tick();
        // The feed names a revision that no read shows, for five minutes.
        log.notice("late", 1, clock.instant());
        for (int i = 0; i < 300; i++) {
            node.tick();
        }
        assertThat(refresh.behind()).isEqualTo(1);
        assertThat(log.headReads()).hasSizeGreaterThan(290);
        log.feedDrops(true);
        log.publish("late", 1);
        node.tick();
        assertThat(node.version("late")).isEqualTo(1);
        assertThat(refresh.behind()).isZero();
    }

    @Test
    void whatTheFeedDropsTheSweepHeals() {
        for (int i = 0; i < 200; i++) {
            log.publish("t" + i, 1);
        }
        refresh.tick();
        log.feedDrops(true);
        for (int i = 0; i < 200; i++) {
            log.publish("t" + i, 2);
        }
        node.tick();
        assertThat(node.version("t7")).isEqualTo(1);
        Duration taken = Duration.ZERO;
        while (taken.compareTo(SWEEP) < 0) {
            taken = taken.plus(refresh.sweepTick());
        }
        node.tick();
        assertThat(taken).isEqualTo(SWEEP);
        assertThat(LongStream.range(0, 200).map(i -> node.version("t" + i))).containsOnly(2L);
        assertThat(meters.counter("octavo.cache.swept").count()).isEqualTo(200);
    }

    @Test
    void sweepThatFailsIsCountedAndGoesOn() {
        log.publish("a", 1);
        refresh.tick();
        log.feedDrops(true);
        log.publish("a", 2);
        log.logAway(true);
        node.sweepOnce();
        assertThat(node.failures("sweep")).isEqualTo(60);
        log.logAway(false);
        node.sweepOnce();
        node.tick();
        assertThat(node.version("a")).isEqualTo(2);
    }

    @Test
    void sweepWaitsForTheLoad() {
        log.logAway(true);
        assertThat(refresh.sweepTick()).isEqualTo(SECOND);
        assertThat(node.failures("sweep")).isZero();
    }

    @Test
    void afterAnOutageTheBucketsSinceThenAreRead() {
        log.publish("a", 1);
        refresh.tick();
        Instant before = clock.instant();
        log.logAway(true);
        log.feedAway(true);
        log.publish("a", 2);
        for (int i = 0; i < 300; i++) {
            node.tick();
        }
        assertThat(node.version("a")).isEqualTo(1);
        assertThat(cache.ready()).isTrue();
        assertThat(cache.age()).isEqualTo(Duration.ofMinutes(5));
        assertThat(node.failures("feed")).isEqualTo(300);
        log.logAway(false);
        log.feedAway(false);
        log.bucketReads();
        node.tick();
        assertThat(node.version("a")).isEqualTo(2);
        assertThat(cache.age()).isZero();
        assertThat(log.bucketReads())
                .startsWith(before.minusSeconds(5).toEpochMilli() / ChangeFeed.BUCKET_MILLIS)
                .hasSizeBetween(31, 33);
    }

    @Test
    void afterAnOutageLongerThanTheFeedKeepsAllTopicsAreCompared() {
        log.publish("a", 1);
        refresh.tick();
        log.feedAway(true);
        log.publish("a", 2);
        clock.advance(Duration.ofHours(3));
        refresh.tick();
        log.feedAway(false);
        log.bucketReads();
        node.tick();
        assertThat(node.version("a")).isEqualTo(2);
        assertThat(log.bucketReads()).hasSizeLessThan(5);
    }

    @Test
    void headThatCanNotBeReadStopsNoOther() {
        refresh.tick();
        for (int i = 0; i < 5; i++) {
            log.publish("broken" + i, 1);
            log.broken("broken" + i, true);
        }
        log.publish("good", 1);
        for (int i = 0; i < 4; i++) {
            node.tick();
        }
        assertThat(node.version("good")).isEqualTo(1);
        assertThat(refresh.behind()).isEqualTo(5);
        assertThat(node.failures("head")).isPositive();
        log.broken("broken3", false);
        for (int i = 0; i < 4; i++) {
            node.tick();
        }
        assertThat(node.version("broken3")).isEqualTo(1);
    }

    @Test
    void logThatIsAwayIsNotAskedForEveryHead() {
        refresh.tick();
        for (int i = 0; i < 100; i++) {
            log.publish("t" + i, 1);
        }
        log.logAway(true);
        clock.advance(SECOND);
        assertThat(refresh.tick()).isEqualTo(SECOND);
        assertThat(node.failures("head")).isEqualTo(3);
        assertThat(refresh.behind()).isEqualTo(100);
        log.logAway(false);
        node.tick();
        assertThat(refresh.behind()).isZero();
    }

    @Test
    void clockThatIsSetBackStopsNothing() {
        log.publish("a", 1);
        refresh.tick();
        clock.advance(Duration.ofHours(-2));
        log.publish("a", 2);
        assertThat(refresh.tick()).isEqualTo(SECOND);
        assertThat(node.version("a")).isEqualTo(2);
    }
}
