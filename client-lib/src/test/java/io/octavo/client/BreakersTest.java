package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BreakersTest {
    private final FakeTimers timers = new FakeTimers();
    private final CircuitBreaker breaker = Breakers.of("store", timers);

    @Test
    void callsThatEndInAnErrorOfThisProcessDoNotHoldUpTheNextOnes() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> Breakers.guard(breaker, () -> {
                        throw OctavoException.passing("away, by the test", null);
                    }))
                    .isInstanceOf(OctavoException.class);
        }
        assertThat(Breakers.guard(breaker, () -> {})).as("it is left alone").isFalse();
        timers.advance(Duration.ofSeconds(11));
        for (Throwable mishap : new Throwable[] {
            new OutOfMemoryError("by the test"),
            new IllegalStateException("by the test"),
            new LinkageError("by the test")
        }) {
            assertThatThrownBy(() -> Breakers.guard(breaker, () -> {
                        if (mishap instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) mishap;
                    }))
                    .isSameAs(mishap);
        }
        assertThat(Breakers.guard(breaker, () -> {})).isTrue();
        assertThat(Breakers.guard(breaker, () -> {})).isTrue();
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }
}
