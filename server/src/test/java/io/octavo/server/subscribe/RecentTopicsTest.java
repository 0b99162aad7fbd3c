package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RecentTopicsTest {
    private long nanos;
    private final HeadCache cache = new HeadCache(new TestClock());
    private final RecentTopics recent = new RecentTopics(cache, () -> nanos);

    @Test
    void whatIsUsedIsRememberedForADay() {
        cache.put(TestHeads.empty("a", 1).build());
        cache.put(TestHeads.empty("b", 1).build());
        recent.note("a");
        recent.note("a topic that is none");
        pass(Duration.ofMinutes(5));
        recent.note("a");
        recent.note("b");
        assertThat(recent.agoMillis())
                .as("to ten minutes")
                .isEqualTo(Map.of("a", Duration.ofMinutes(5).toMillis(), "b", 0L));
        pass(Duration.ofHours(24));
        recent.note("b");
        assertThat(recent.agoMillis().get("b")).isZero();
        assertThat(recent.agoMillis()).containsKey("a");
        pass(Duration.ofHours(2));
        assertThat(recent.agoMillis()).containsOnlyKeys("b");
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }
}
