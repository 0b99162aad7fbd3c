package io.octavo.client;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/** Makes circuit breakers: what failed five times of ten is left alone for ten seconds, then tried twice. */
final class Breakers {
    private Breakers() {}

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
}
