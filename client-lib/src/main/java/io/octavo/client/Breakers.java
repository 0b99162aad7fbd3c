package io.octavo.client;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/** Circuit breakers: what failed five times of ten is left alone for ten seconds, then tried twice. */
final class Breakers {
    private Breakers() {}

    /** A call that a breaker guards. */
    interface Call {
        void run() throws InterruptedException;
    }

    /** Counts failures that repeating may mend: they say that what is called is not well. */
    static CircuitBreaker of(String name, InstantSource clock) {
        CircuitBreakerConfig config = CircuitBreakerConfig.custom()
                .slidingWindow(10, 5, SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(50)
                .waitDurationInOpenState(Duration.ofSeconds(10))
                .permittedNumberOfCallsInHalfOpenState(2)
                .clock(clock.withZone(ZoneOffset.UTC))
                .currentTimestampFunction(ignored -> clock.millis(), TimeUnit.MILLISECONDS)
                .recordException(thrown -> thrown instanceof OctavoException error && error.isPassing())
                .build();
        return CircuitBreaker.of(name, config);
    }

    /**
     * Makes a call and takes note of how it ends, if what is called isn't being left alone.
     *
     * @return whether the call was made
     */
    static boolean guard(CircuitBreaker breaker, Call call) throws InterruptedException {
        if (!breaker.tryAcquirePermission()) {
            return false;
        }
        long start = breaker.getCurrentTimestamp();
        try {
            call.run();
            breaker.onSuccess(breaker.getCurrentTimestamp() - start, breaker.getTimestampUnit());
            return true;
        } catch (OctavoException e) {
            breaker.onError(breaker.getCurrentTimestamp() - start, breaker.getTimestampUnit(), e);
            throw e;
        } catch (InterruptedException | RuntimeException | Error e) {
            // Says nothing about what is called; a breaker that waits for the word of this call would wait for ever.
            breaker.releasePermission();
            throw e;
        }
    }
}
