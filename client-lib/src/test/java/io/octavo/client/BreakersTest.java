package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.octavo.rules.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BreakersTest {
    private Instant now = Instant.EPOCH;
    private final CircuitBreaker breaker = Breakers.of("service", () -> now);

    @Test
    void whatFailsAgainAndAgainIsLeftAloneForTenSecondsAndThenTriedTwice() throws Exception {
        fail(5, ErrorCode.UNAVAILABLE);
        assertThat(isAsked()).isFalse();
        now = now.plus(Breakers.REST);
        assertThat(isAsked()).isFalse();
        now = now.plusMillis(1);
        fail(2, ErrorCode.INTERNAL);
        assertThat(isAsked()).as("it is as bad as it was").isFalse();
        now = now.plus(Breakers.REST).plusMillis(1);
        for (int i = 0; i < 10; i++) {
            assertThat(isAsked()).isTrue();
        }
    }

    @Test
    void whoIsToldNoOrToAskMoreSlowlyHasReachedAServiceThatIsWell() throws Exception {
        fail(20, ErrorCode.RATE_LIMITED);
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> Breakers.guard(breaker, () -> {
                        throw OctavoException.lasting(ErrorCode.VERSION_NOT_FOUND, "by the test", null);
                    }))
                    .isInstanceOf(OctavoException.class);
        }
        assertThat(isAsked()).isTrue();
    }

    @Test
    void whatIsThrownOrInterruptedHereKeepsNobodyFromTrying() throws Exception {
        fail(5, ErrorCode.UNAVAILABLE);
        now = now.plus(Duration.ofSeconds(11));
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> Breakers.guard(breaker, () -> {
                        throw new InterruptedException("by the test");
                    }))
                    .isInstanceOf(InterruptedException.class);
            assertThatThrownBy(() -> Breakers.guard(breaker, () -> {
                        throw new InternalError("by the test");
                    }))
                    .isInstanceOf(InternalError.class);
        }
        assertThat(isAsked()).isTrue();
    }

    private boolean isAsked() throws InterruptedException {
        return Breakers.guard(breaker, () -> {});
    }

    private void fail(int times, ErrorCode code) {
        for (int i = 0; i < times; i++) {
            assertThatThrownBy(() -> Breakers.guard(breaker, () -> {
                        throw OctavoException.passing(code, "by the test", null);
                    }))
                    .hasMessage("by the test");
        }
    }
}
