package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Hint;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.FallbackKeys;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackConfig;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.fallback.NoFallback;
import io.octavo.server.payload.InMemoryObjects;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.TopicLog.Read;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class CacheRefreshTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration SWEEP = Duration.ofMinutes(1);

    private final TestClock clock = new TestClock();
    private final FaultyLog log = new FaultyLog(clock);
    private final HeadCache cache = new HeadCache(clock);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CacheRefresh refresh = refresh(NoFallback.cache());
    private final InMemoryObjects eu = new InMemoryObjects("eu", clock);
    private final InMemoryObjects us = new InMemoryObjects("us", clock);
    private final FallbackCache fallback = new FallbackCache(List.of(eu, us), new FallbackConfig("fallback", 3));
    private final FallbackRegion inEu = fallback.regions().get(0);
    private final FallbackRegion inUs = fallback.regions().get(1);

    private CacheRefresh refresh(FallbackCache standby) {
        CacheMetrics metrics = new CacheMetrics(meters);
        FallbackLoader loader = new FallbackLoader(standby, cache, clock, metrics);
        return new CacheRefresh(log, log, cache, loader, SWEEP, clock, new Random(1), metrics);
    }

    @Test
    void loadsEveryHeadAndIsReadyThen() {
        log.publish("a", 1);
        log.publish("b", 1);
        assertThat(refresh.tick()).isEqualTo(SECOND);
        assertThat(cache.ready()).isTrue();
        assertThat(cache.size()).isEqualTo(2);
        assertThat(cache.age()).isZero();
        assertThat(refresh.behind()).isZero();
    }

    @Test
    void loadIsTriedAgainAfterGrowingWaitsUntilItWorks() {
        log.publish("a", 1);
        log.logAway(true);
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Duration wait = refresh.tick();
            waits.add(wait.toMillis());
            clock.advance(wait);
        }
        assertThat(cache.ready()).isFalse();
        assertThat(waits.get(0)).isBetween(500L, 1000L);
        assertThat(waits.get(1)).isBetween(1000L, 2000L);
        assertThat(waits.get(7)).isBetween(15_000L, 30_000L);
        assertThat(failures("load")).isEqualTo(8);
        log.logAway(false);
        refresh.tick();
        assertThat(cache.ready()).isTrue();
        assertThat(version("a")).isEqualTo(1);
    }

    @Test
    void whileTheLogIsAwayAtTheStartTheFallbackCacheIsServedAndThenTheLog() {
        for (int i = 0; i < 2_500; i++) {
            inEu.createHead(TestHeads.head("t" + i, 1, 1));
        }
        inEu.createHead(TestHeads.head("t7", 2, 2));
        inEu.createHead(TestHeads.head("t7", 3, 3));
        inEu.markComplete(clock.instant().minusSeconds(40));
        log.logAway(true);
        CacheRefresh standby = refresh(fallback);
        assertThat(standby.tick()).isPositive();
        assertThat(cache.ready()).isTrue();
        assertThat(cache.isStale()).isTrue();
        assertThat(cache.size()).isEqualTo(2_500);
        assertThat(version("t7")).isEqualTo(3);
        assertThat(cache.age()).isEqualTo(Duration.ofSeconds(40));

        log.logAway(false);
        for (int version = 1; version <= 4; version++) {
            log.publish("t7", version);
        }
        log.publish("new", 1);
        standby.tick();
        assertThat(cache.isStale()).isFalse();
        assertThat(version("t7")).isEqualTo(4);
        assertThat(version("new")).isEqualTo(1);
        assertThat(cache.age()).isZero();
    }

    @Test
    void ofManyHeadsThoseInBundlesAreNotReadOneByOne() throws IOException {
        ByteString.Output bundle = ByteString.newOutput();
        for (int i = 0; i < 1_000; i++) {
            inEu.createHead(TestHeads.head("t" + i, 1, 1));
            // One had changed, without saying anything new, when it was bundled.
            TestHeads.head("t" + i, i == 8 ? 5 : 1, 1).writeDelimitedTo(bundle);
        }
        // This one has changed since.
        inEu.createHead(TestHeads.head("t7", 2, 2));
        // Never exported by itself: its payload may not be there.
        TestHeads.head("only-bundled", 1, 1).writeDelimitedTo(bundle);
        inEu.createBundle(1_000, 0, bundle.toByteString());
        inEu.createBundle(1_000, 1, ByteString.copyFromUtf8("\t\t\t"));
        inEu.markComplete(clock.instant());
        List<String> reads = Collections.synchronizedList(new ArrayList<>());
        eu.before((operation, key) -> {
            if (operation.equals("read")) {
                reads.add(key);
            }
        });
        us.away(true);
        log.logAway(true);
        refresh(fallback).tick();
        assertThat(cache.size()).isEqualTo(1_000);
        assertThat(version("t7")).isEqualTo(2);
        assertThat(version("t8")).isEqualTo(1);
        assertThat(cache.head("only-bundled")).isNull();
        FallbackKeys keys = new FallbackKeys("fallback");
        assertThat(reads)
                .containsExactlyInAnyOrder(
                        keys.bundle(1_000, 0), keys.bundle(1_000, 1), keys.head(TestHeads.head("t7", 2, 2)));
    }

    @Test
    void bundlesThatCannotBeReadCostOnlyTime() throws IOException {
        ByteString.Output bundle = ByteString.newOutput();
        for (int i = 0; i < 300; i++) {
            inEu.createHead(TestHeads.head("t" + i, 1, 1));
            TestHeads.head("t" + i, 1, 1).writeDelimitedTo(bundle);
        }
        inEu.createBundle(1_000, 0, bundle.toByteString());
        inEu.markComplete(clock.instant());
        eu.before((operation, key) -> {
            if (operation.equals("read") && key.contains("/bundles/")) {
                throw ServiceException.unavailable("slow down", SECOND, null);
            }
        });
        log.logAway(true);
        refresh(fallback).tick();
        assertThat(cache.ready()).isTrue();
        assertThat(cache.size()).isEqualTo(300);
    }

    @Test
    void aFallbackCacheThatWasNeverCompleteIsNotServed() {
        inEu.createHead(TestHeads.head("a", 1, 1));
        log.logAway(true);
        refresh(fallback).tick();
        assertThat(cache.ready()).isFalse();
    }

    @Test
    void whatOneRegionCannotGiveIsTakenFromTheNext() {
        inEu.createHead(TestHeads.head("a", 1, 1));
        inEu.markComplete(clock.instant());
        inUs.createHead(TestHeads.head("a", 2, 2));
        inUs.markComplete(clock.instant());
        eu.away(true);
        log.logAway(true);
        refresh(fallback).tick();
        assertThat(cache.isStale()).isTrue();
        assertThat(version("a")).isEqualTo(2);
        assertThat(failures("fallback")).isEqualTo(1);
    }

    @Test
    void anotherRegionIsReadTooIfItHasClearlyNewer() {
        inEu.createHead(TestHeads.head("a", 1, 1));
        inEu.markComplete(clock.instant().minusSeconds(600));
        inUs.createHead(TestHeads.head("a", 2, 2));
        inUs.markComplete(clock.instant());
        log.logAway(true);
        refresh(fallback).tick();
        assertThat(version("a")).isEqualTo(2);
        assertThat(cache.age()).isZero();
    }

    @Test
    void aHeadThatCannotBeReadIsTakenFromAnotherRegionAndHoldsNothingUp() {
        eu.put(new FallbackKeys("fallback").head(TestHeads.head("a", 2, 2)), new byte[] {1});
        inEu.createHead(TestHeads.head("b", 1, 1));
        inEu.markComplete(clock.instant());
        inUs.createHead(TestHeads.head("a", 1, 1));
        inUs.markComplete(clock.instant());
        log.logAway(true);
        refresh(fallback).tick();
        assertThat(cache.ready()).isTrue();
        assertThat(version("a")).isEqualTo(1);
        assertThat(version("b")).isEqualTo(1);
    }

    @Test
    void aRegionThatFailsMidwayIsTriedAgain() {
        for (int i = 0; i < 50; i++) {
            inEu.createHead(TestHeads.head("t" + i, 1, 1));
        }
        inEu.markComplete(clock.instant());
        eu.before((operation, key) -> {
            if (operation.equals("read") && key.contains("/t33/")) {
                throw ServiceException.unavailable("slow down", SECOND, null);
            }
        });
        us.away(true);
        log.logAway(true);
        CacheRefresh standby = refresh(fallback);
        Duration wait = standby.tick();
        assertThat(cache.ready()).isFalse();
        eu.before((operation, key) -> {});
        clock.advance(wait);
        standby.tick();
        assertThat(cache.ready()).isTrue();
        assertThat(cache.size()).isEqualTo(50);
    }

    @Test
    void whatIsExportedWhileThisNodeAloneCannotReadTheLogIsServedAMinuteLater() {
        inEu.createHead(TestHeads.head("a", 1, 1));
        inEu.markComplete(clock.instant());
        log.logAway(true);
        CacheRefresh standby = refresh(fallback);
        standby.tick();
        inEu.createHead(TestHeads.head("a", 2, 2));
        clock.advance(Duration.ofSeconds(59));
        standby.tick();
        assertThat(version("a")).isEqualTo(1);
        clock.advance(SECOND);
        standby.tick();
        assertThat(version("a")).isEqualTo(2);
    }

    @Test
    void changeIsThereAfterTheNextTick() {
        log.publish("a", 1);
        refresh.tick();
        log.publish("a", 2);
        log.publish("new", 1);
        tick();
        assertThat(version("a")).isEqualTo(2);
        assertThat(version("new")).isEqualTo(1);
        assertThat(meters.counter("octavo.cache.changes").count()).isEqualTo(2);
    }

    @Test
    void headThatIsThereAlreadyIsNotReadAgain() {
        refresh.tick();
        log.publish("a", 1);
        for (int i = 0; i < 20; i++) {
            tick();
        }
        assertThat(log.headReads()).hasSize(1);
    }

    @Test
    void writersWhoseClocksDifferAreHeard() {
        refresh.tick();
        log.publish("fast", 1, clock.instant().plusSeconds(10));
        log.publish("slow", 1, clock.instant().minusSeconds(5));
        tick();
        assertThat(version("fast")).isEqualTo(1);
        assertThat(version("slow")).isEqualTo(1);
    }

    @Test
    void headBehindTheFeedIsReadAgainUntilItIsThere() {
        log.publish("a", 1);
        refresh.tick();
        log.freeze("a");
        log.publish("a", 2);
        clock.advance(SECOND);
        assertThat(refresh.tick()).isEqualTo(Duration.ofMillis(20));
        assertThat(version("a")).isEqualTo(1);
        assertThat(refresh.behind()).isEqualTo(1);
        clock.advance(Duration.ofMillis(20));
        assertThat(refresh.tick()).isEqualTo(Duration.ofMillis(40));
        log.unfreeze("a");
        clock.advance(Duration.ofMillis(40));
        refresh.tick();
        assertThat(version("a")).isEqualTo(2);
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
            tick();
        }
        assertThat(version("a")).isEqualTo(2);
        assertThat(log.headReads()).hasSize(8).endsWith(Read.LOCAL, Read.SERIAL);
    }

    @Test
    void topicThatStaysBehindIsNeverGivenUp() {
        refresh.tick();
        // The feed names a revision that no read shows, for five minutes.
        log.notice("late", 1, clock.instant());
        for (int i = 0; i < 300; i++) {
            tick();
        }
        assertThat(refresh.behind()).isEqualTo(1);
        assertThat(log.headReads()).hasSizeGreaterThan(290);
        log.feedDrops(true);
        log.publish("late", 1);
        tick();
        assertThat(version("late")).isEqualTo(1);
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
        tick();
        assertThat(version("t7")).isEqualTo(1);
        Duration taken = Duration.ZERO;
        while (taken.compareTo(SWEEP) < 0) {
            taken = taken.plus(refresh.sweepTick());
        }
        tick();
        assertThat(taken).isEqualTo(SWEEP);
        assertThat(LongStream.range(0, 200).map(i -> version("t" + i))).containsOnly(2L);
        assertThat(meters.counter("octavo.cache.swept").count()).isEqualTo(200);
    }

    @Test
    void sweepThatFailsIsCountedAndGoesOn() {
        log.publish("a", 1);
        refresh.tick();
        log.feedDrops(true);
        log.publish("a", 2);
        log.logAway(true);
        sweepOnce();
        assertThat(failures("sweep")).isEqualTo(60);
        log.logAway(false);
        sweepOnce();
        tick();
        assertThat(version("a")).isEqualTo(2);
    }

    @Test
    void sweepWaitsForTheLoad() {
        log.logAway(true);
        assertThat(refresh.sweepTick()).isEqualTo(SECOND);
        assertThat(failures("sweep")).isZero();
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
            tick();
        }
        assertThat(version("a")).isEqualTo(1);
        assertThat(cache.ready()).isTrue();
        assertThat(cache.age()).isEqualTo(Duration.ofMinutes(5));
        assertThat(failures("feed")).isEqualTo(300);
        log.logAway(false);
        log.feedAway(false);
        log.bucketReads();
        tick();
        assertThat(version("a")).isEqualTo(2);
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
        tick();
        assertThat(version("a")).isEqualTo(2);
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
            tick();
        }
        assertThat(version("good")).isEqualTo(1);
        assertThat(refresh.behind()).isEqualTo(5);
        assertThat(failures("head")).isPositive();
        log.broken("broken3", false);
        for (int i = 0; i < 4; i++) {
            tick();
        }
        assertThat(version("broken3")).isEqualTo(1);
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
        assertThat(failures("head")).isEqualTo(3);
        assertThat(refresh.behind()).isEqualTo(100);
        log.logAway(false);
        tick();
        assertThat(refresh.behind()).isZero();
    }

    @Test
    void hintedHeadIsTakenIfItIsNewer() {
        log.publish("a", 1);
        log.publish("a", 2);
        refresh.tick();
        assertThat(refresh.hint(hint(TestHeads.head("a", 3, 3)))).isFalse();
        assertThat(refresh.hint(hint(TestHeads.head("b", 1, 1)))).isFalse();
        refresh.hint(hint(TestHeads.head("a", 2, 7)));
        refresh.hint(hint(TestHeads.head("a", 3, 7)));
        refresh.hint(hint(TestHeads.head("a", 9, 7).toBuilder()
                .setEpoch(TestHeads.EPOCH - 1)
                .build()));
        assertThat(version("a")).isEqualTo(3);
        assertThat(version("b")).isEqualTo(1);
        assertThat(log.headReads()).isEmpty();
        assertThat(meters.counter("octavo.cache.hinted").count()).isEqualTo(2);
    }

    @Test
    void hintWithoutAHeadHasItReadAtOnce() {
        log.publish("a", 1);
        refresh.tick();
        log.feedDrops(true);
        log.publish("a", 2);
        assertThat(refresh.hint(position("a", 2))).isTrue();
        refresh.tick();
        assertThat(version("a")).isEqualTo(2);
        assertThat(refresh.hint(position("a", 2))).isFalse();
        assertThat(refresh.hint(position("a", 1))).isFalse();
        assertThat(refresh.behind()).isZero();
    }

    @Test
    void hintOfATopicThatDoesNotExistIsForgottenAfterASerialRead() {
        log.publish("a", 1);
        refresh.tick();
        refresh.hint(position("none", 1));
        refresh.hint(position("a", Long.MAX_VALUE));
        for (int i = 0; i < 12; i++) {
            tick();
        }
        assertThat(refresh.behind()).isZero();
        assertThat(cache.head("none")).isNull();
        assertThat(log.headReads()).hasSize(16).endsWith(Read.SERIAL, Read.SERIAL);
    }

    @Test
    void hintIsNotForgottenWhileTheLogIsAway() {
        log.publish("a", 1);
        refresh.tick();
        log.feedDrops(true);
        log.publish("a", 2);
        log.logAway(true);
        refresh.hint(position("a", 2));
        for (int i = 0; i < 20; i++) {
            tick();
        }
        log.logAway(false);
        tick();
        assertThat(version("a")).isEqualTo(2);
    }

    @Test
    void whatTheFeedNamesIsNotForgottenBecauseAHintNamedLess() {
        refresh.tick();
        refresh.hint(position("late", 1));
        log.notice("late", 2, clock.instant());
        for (int i = 0; i < 30; i++) {
            tick();
        }
        assertThat(refresh.behind()).isEqualTo(1);
        log.feedDrops(true);
        log.publish("late", 1);
        log.publish("late", 2);
        tick();
        assertThat(version("late")).isEqualTo(2);
    }

    @Test
    void moreHintsThanCanBeReadAreLeftToTheFeed() {
        refresh.tick();
        for (int i = 0; i < 5000; i++) {
            refresh.hint(position("t" + i, 1));
        }
        assertThat(refresh.behind()).isEqualTo(1000);
        log.publish("t4999", 1);
        tick();
        assertThat(version("t4999")).isEqualTo(1);
    }

    @Test
    void beforeTheCacheIsLoadedHintsHaveNothingRead() {
        log.logAway(true);
        refresh.tick();
        assertThat(refresh.hint(position("a", 1))).isFalse();
        assertThat(refresh.behind()).isZero();
    }

    @Test
    void clockThatIsSetBackStopsNothing() {
        log.publish("a", 1);
        refresh.tick();
        clock.advance(Duration.ofHours(-2));
        log.publish("a", 2);
        assertThat(refresh.tick()).isEqualTo(SECOND);
        assertThat(version("a")).isEqualTo(2);
    }

    private static Hint hint(TopicHead head) {
        return position(head.getTopic(), head.getRevision()).toBuilder()
                .setEpoch(head.getEpoch())
                .setHead(head)
                .build();
    }

    private static Hint position(String topic, long revision) {
        return Hint.newBuilder()
                .setTopic(topic)
                .setEpoch(TestHeads.EPOCH)
                .setRevision(revision)
                .build();
    }

    private void tick() {
        clock.advance(SECOND);
        refresh.tick();
    }

    private void sweepOnce() {
        for (int i = 0; i < 60; i++) {
            refresh.sweepTick();
        }
    }

    private long version(String topic) {
        TopicHead head = cache.head(topic);
        return head == null ? 0 : head.getPublications(0).getVersion();
    }

    private double failures(String step) {
        return meters.counter("octavo.cache.failures", "step", step).count();
    }
}
