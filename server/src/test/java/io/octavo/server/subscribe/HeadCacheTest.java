package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.protocol.TopicHead;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
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
