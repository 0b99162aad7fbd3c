package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {
    private final TestTime time = new TestTime();
    private final List<Duration> pauses = new ArrayList<>();
    private final Pace pace = new Pace(10, time, pause -> {
        pauses.add(pause);
        time.pass(pause);
    });

    @Test
    void stepsAreSpreadEvenlyOverASecond() {
        for (int i = 0; i < 3; i++) {
            assertThat(pace.await()).isTrue();
            time.pass(Duration.ofMillis(30));
        }
        assertThat(pauses).containsExactly(Duration.ofMillis(70), Duration.ofMillis(70));
    }

    @Test
    void aPauseInTheWorkIsNotMadeUpFor() {
        assertThat(pace.await()).isTrue();
        time.pass(Duration.ofSeconds(10));
        assertThat(pace.await()).isTrue();
        assertThat(pauses).isEmpty();
        assertThat(pace.await()).isTrue();
        assertThat(pauses).containsExactly(Duration.ofMillis(100));
    }

    @Test
    void anInterruptedWaitIsToldAndKeptInMind() {
        Pace interrupted = new Pace(1, time, pause -> {
            throw new InterruptedException();
        });
        assertThat(interrupted.await()).isTrue();
        assertThat(interrupted.await()).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }
}
