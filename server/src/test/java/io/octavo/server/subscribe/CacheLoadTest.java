package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.octavo.rules.FallbackKeys;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.payload.InMemoryObjects;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a node comes to its heads when it starts: from the log, or from the fallback cache while that is away. */
class CacheLoadTest {
    private static final Duration SECOND = Refreshing.SECOND;

    private final Refreshing node = new Refreshing();
    private final TestClock clock = node.clock;
    private final FaultyLog log = node.log;
    private final HeadCache cache = node.cache;
    private final CacheRefresh refresh = node.refresh;
    private final InMemoryObjects eu = node.eu;
    private final InMemoryObjects us = node.us;
    private final FallbackCache fallback = node.fallback;
    private final FallbackRegion inEu = node.fallback.regions().get(0);
    private final FallbackRegion inUs = node.fallback.regions().get(1);

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
        assertThat(node.failures("load")).isEqualTo(8);
        log.logAway(false);
        refresh.tick();
        assertThat(cache.ready()).isTrue();
        assertThat(node.version("a")).isEqualTo(1);
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
        CacheRefresh standby = node.refresh(fallback);
        assertThat(standby.tick()).isPositive();
        assertThat(cache.ready()).isTrue();
        assertThat(cache.isStale()).isTrue();
        assertThat(cache.size()).isEqualTo(2_500);
        assertThat(node.version("t7")).isEqualTo(3);
        assertThat(cache.age()).isEqualTo(Duration.ofSeconds(40));

        log.logAway(false);
        for (int version = 1; version <= 4; version++) {
            log.publish("t7", version);
        }
        log.publish("new", 1);
        standby.tick();
        assertThat(cache.isStale()).isFalse();
        assertThat(node.version("t7")).isEqualTo(4);
        assertThat(node.version("new")).isEqualTo(1);
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
        node.refresh(fallback).tick();
        assertThat(cache.size()).isEqualTo(1_000);
        assertThat(node.version("t7")).isEqualTo(2);
        assertThat(node.version("t8")).isEqualTo(1);
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
        node.refresh(fallback).tick();
        assertThat(cache.ready()).isTrue();
        assertThat(cache.size()).isEqualTo(300);
    }

    @Test
    void aFallbackCacheThatWasNeverCompleteIsNotServed() {
        inEu.createHead(TestHeads.head("a", 1, 1));
        log.logAway(true);
        node.refresh(fallback).tick();
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
        node.refresh(fallback).tick();
        assertThat(cache.isStale()).isTrue();
        assertThat(node.version("a")).isEqualTo(2);
        assertThat(node.failures("fallback")).isEqualTo(1);
    }

    @Test
    void anotherRegionIsReadTooIfItHasClearlyNewer() {
        inEu.createHead(TestHeads.head("a", 1, 1));
        inEu.markComplete(clock.instant().minusSeconds(600));
        inUs.createHead(TestHeads.head("a", 2, 2));
        inUs.markComplete(clock.instant());
        log.logAway(true);
        node.refresh(fallback).tick();
        assertThat(node.version("a")).isEqualTo(2);
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
        node.refresh(fallback).tick();
        assertThat(cache.ready()).isTrue();
        assertThat(node.version("a")).isEqualTo(1);
        assertThat(node.version("b")).isEqualTo(1);
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
        CacheRefresh standby = node.refresh(fallback);
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
        CacheRefresh standby = node.refresh(fallback);
        standby.tick();
        inEu.createHead(TestHeads.head("a", 2, 2));
        clock.advance(Duration.ofSeconds(59));
        standby.tick();
        assertThat(node.version("a")).isEqualTo(1);
        clock.advance(SECOND);
        standby.tick();
        assertThat(node.version("a")).isEqualTo(2);
    }
}
