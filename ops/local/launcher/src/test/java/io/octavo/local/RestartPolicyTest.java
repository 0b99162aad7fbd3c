package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class RestartPolicyTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private final RestartPolicy policy = new RestartPolicy(SECOND, () -> 0);

    private Duration died(int servedSeconds, int atSeconds) {
        return policy.died(Duration.ofSeconds(servedSeconds), Duration.ofSeconds(atSeconds))
                .orElseThrow();
    }

    @Test
    void pausesDoubleUpToThirtySeconds() {
        assertThat(died(0, 100)).hasSeconds(1);
        assertThat(died(0, 200)).hasSeconds(2);
        assertThat(died(0, 300)).hasSeconds(4);
        assertThat(died(0, 400)).hasSeconds(8);
        assertThat(died(0, 500)).hasSeconds(16);
        assertThat(died(0, 600)).hasSeconds(30);
        assertThat(died(0, 700)).hasSeconds(30);
    }

    @Test
    void aMinuteOfHealthStartsFromTheFirstPauseAgain() {
        died(0, 100);
        died(59, 200);
        assertThat(died(60, 300)).hasSeconds(1);
    }

    @Test
    void theFifthDeathWithinTwoMinutesIsTheLast() {
        for (int at = 0; at < 4; at++) {
            died(0, at * 30);
        }
        assertThat(policy.died(Duration.ZERO, Duration.ofMinutes(2))).isEmpty();
    }

    @Test
    void deathsLongerAgoThanTwoMinutesDoNotCount() {
        for (int at = 0; at < 20; at++) {
            died(0, at * 31);
        }
    }

    @Test
    void chanceAddsUpToAQuarter() {
        RestartPolicy late = new RestartPolicy(SECOND, () -> 1);
        assertThat(late.died(Duration.ZERO, Duration.ZERO)).contains(Duration.ofMillis(1250));
    }
}
