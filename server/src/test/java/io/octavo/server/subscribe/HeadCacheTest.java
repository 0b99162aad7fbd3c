package io.octavo.server.subscribe;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.protocol.TopicHead;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class HeadCacheTest {
    private final TestClock clock = new TestClock();
    private final HeadCache cache = new HeadCache(clock);

    @Test
    void headIsReplacedOnlyByANewerOne() {
        assertThat(cache.put(TestHeads.head("t", 5, 2))).isTrue();
        assertThat(cache.put(TestHeads.head("t", 4, 1))).isFalse();
        assertThat(cache.put(TestHeads.head("t", 5, 3))).isFalse();
        assertThat(cache.head("t")).isEqualTo(TestHeads.head("t", 5, 2));
        assertThat(cache.put(TestHeads.head("t", 6, 3))).isTrue();
        assertThat(cache.head("t")).isEqualTo(TestHeads.head("t", 6, 3));
        assertThat(cache.size()).isEqualTo(1);
    }

    @Test
    void newerEpochCountsMoreThanAHigherRevision() {
        cache.put(TestHeads.head("t", 50, 9));
        TopicHead restored = TestHeads.head("t", 40, 7).toBuilder()
                .setEpoch(TestHeads.EPOCH + 1)
                .build();
        assertThat(cache.has("t", restored.getEpoch(), 40)).isFalse();
        assertThat(cache.put(restored)).isTrue();
        assertThat(cache.head("t")).isEqualTo(restored);
        assertThat(cache.has("t", 0, 40)).isTrue();
    }

    @Test
    void whatIsHeldBackGoesForTheNewerHeadTooAsFarAsItHasTheSameVersions() {
        TopicHead both = TestHeads.empty("t", 5)
                .addPublications(TestHeads.publication(3, "region=eu"))
                .addPublications(TestHeads.publication(2, "*"))
                .addVersions(TestHeads.direct(2))
                .addVersions(TestHeads.direct(3))
                .build();
        cache.put(both);
        CachedTopic before = requireNonNull(cache.get("t"));
        StandIns standIns = new StandIns(List.of(TestHeads.direct(1)), true);
        HeldBack held = new HeldBack(Map.of(
                2L, new HeldBack.Missing(Instant.EPOCH, standIns), 3L, new HeldBack.Missing(Instant.EPOCH, standIns)));
        assertThat(cache.replace(before, before.with(held))).isTrue();
        assertThat(cache.replace(before, before)).as("it is not there any more").isFalse();

        cache.put(TestHeads.head("t", 6, 3));
        assertThat(requireNonNull(cache.get("t")).heldBack())
                .isEqualTo(new HeldBack(Map.of(3L, new HeldBack.Missing(Instant.EPOCH, StandIns.UNKNOWN))));
        cache.put(TestHeads.head("t", 7, 4));
        assertThat(requireNonNull(cache.get("t")).heldBack()).isEqualTo(HeldBack.NOTHING);
    }

    @Test
    void whatIsHeldBackNeverBringsAnOlderHeadBack() throws Exception {
        long seed = Long.getLong("octavo.seed", System.nanoTime());
        int last = 3_000;
        HeldBack held = new HeldBack(Map.of(1L, new HeldBack.Missing(Instant.EPOCH, StandIns.UNKNOWN)));
        AtomicBoolean over = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int writer = 0; writer < 2; writer++) {
            Random random = new Random(seed + writer);
            threads.add(new Thread(() -> {
                for (int revision = 1; revision <= last; revision++) {
                    cache.put(TestHeads.head("t", Math.max(1, revision - random.nextInt(4)), 1));
                }
                cache.put(TestHeads.head("t", last, 1));
            }));
        }
        for (int checker = 0; checker < 2; checker++) {
            Random random = new Random(seed - checker);
            threads.add(new Thread(() -> {
                long seen = 0;
                while (!over.get()) {
                    CachedTopic now = cache.get("t");
                    if (now != null) {
                        assertThat(now.revision()).isGreaterThanOrEqualTo(seen);
                        seen = now.revision();
                        cache.replace(now, now.with(random.nextBoolean() ? held : HeldBack.NOTHING));
                    }
                }
            }));
        }
        threads.forEach(thread -> thread.setUncaughtExceptionHandler((who, why) -> failure.set(why)));
        threads.forEach(Thread::start);
        threads.get(0).join(20_000);
        threads.get(1).join(20_000);
        over.set(true);
        threads.get(2).join(20_000);
        threads.get(3).join(20_000);
        assertThat(failure.get()).as("octavo.seed=%d", seed).isNull();
        assertThat(requireNonNull(cache.get("t")).revision()).isEqualTo(last);
    }

    @Test
    void ageIsTheTimeSinceItWasFreshAndNeverNegative() {
        assertThat(cache.age()).isNull();
        cache.freshAt(clock.instant());
        clock.advance(Duration.ofSeconds(7));
        assertThat(cache.age()).isEqualTo(Duration.ofSeconds(7));
        clock.advance(Duration.ofSeconds(-9));
        assertThat(cache.age()).isEqualTo(Duration.ZERO);
    }

    @Test
    void saysThatItIsNotReadyUntilLoaded() {
        assertThat(cache.ready()).isFalse();
        assertThatThrownBy(cache::requireReady)
                .isInstanceOfSatisfying(
                        ServiceException.class,
                        no -> assertThat(no.retryAfter()).isEqualTo(Duration.ofSeconds(1)));
        cache.loaded();
        cache.requireReady();
        assertThat(cache.ready()).isTrue();
        assertThat(cache.head("unknown")).isNull();
    }
}
