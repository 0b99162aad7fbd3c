package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30));

    @Test
    void waitsDoubleUpToTheMostLessUpToHalf() {
        Random random = new Random(7);
        int[] most = {1, 2, 4, 8, 16, 30, 30};
        for (int failures = 1; failures <= most.length; failures++) {
            long millis = most[failures - 1] * 1000L;
            assertThat(BACKOFF.after(failures, random).toMillis()).isBetween(millis / 2, millis);
        }
    }

    @Test
    void waitsByChanceEndEvenlyWheneverTheServiceComesBack() {
        Random random = new Random(7);
        int processes = 100_000;
        int[] ends = new int[200];
        for (int i = 0; i < processes; i++) {
            long end = 0;
            for (int wait = 0; wait < 20 && end / 1000 < ends.length; wait++) {
                Duration next = BACKOFF.byChance(random);
                assertThat(next).isBetween(Duration.ZERO, Duration.ofMinutes(1));
                end += next.toMillis();
                if (end / 1000 < ends.length) {
                    ends[(int) (end / 1000)]++;
                }
            }
        }
        assertThat(IntStream.of(ends).max().orElseThrow()).isLessThan(processes / 15);
        assertThat(IntStream.of(ends).min().orElseThrow()).isGreaterThan(processes / 27);
    }
}
