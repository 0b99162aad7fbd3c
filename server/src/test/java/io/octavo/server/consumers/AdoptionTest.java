package io.octavo.server.consumers;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.protocol.Consumer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdoptionTest {
    private final Delays delays = new Delays();

    @Test
    void partsAreOfThoseWhoCameAndThoseWhoLag() {
        for (int i = 1; i <= 90; i++) {
            delays.add(100L * i);
        }
        assertThat(after(0, 50)).isBetween(Duration.ofMillis(4_500), Duration.ofMillis(5_400));
        assertThat(after(0, 99)).isEqualTo(Duration.ofSeconds(9));
        assertThat(after(10, 50)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(6));
        assertThat(after(10, 90)).isEqualTo(Duration.ofSeconds(9));
        assertThat(after(11, 90)).isNull();
        assertThat(after(100, 50)).isNull();
    }

    @Test
    void nobodyHasCome() {
        assertThat(after(0, 50)).isNull();
        assertThat(after(3, 50)).isNull();
    }

    @Test
    void aSpanEndsAtMostAFifthAboveWhatIsInIt() {
        for (long millis = 16; millis < 200_000_000; millis += 1 + millis / 7) {
            Delays one = new Delays();
            one.add(millis);
            assertThat(one.millisOf(1)).as("%d ms", millis).isBetween(millis, millis + millis / 5);
        }
    }

    @Test
    void theShortestAndTheLongestAreCountedToo() {
        delays.add(0);
        delays.add(Long.MAX_VALUE);
        assertThat(delays.millisOf(1)).isEqualTo(16);
        assertThat(delays.millisOf(2)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void countsOfTwoNodesAdd() {
        delays.add(20);
        Delays other = new Delays();
        other.add(1_000);
        other.addAll(delays.toList());
        other.addAll(List.of());
        assertThat(other.count()).isEqualTo(2);
        assertThat(other.millisOf(1)).isLessThan(30);
    }

    private @Nullable Duration after(long lagging, int percent) {
        return new Adoption(
                        new Given(1, 0, false),
                        delays,
                        Duration.ofSeconds(9),
                        Consumer.getDefaultInstance(),
                        delays.count(),
                        lagging)
                .after(percent);
    }
}
