package io.octavo.client;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.octavo.rules.ErrorCode;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Circuit breakers: what failed five times of ten is left alone for ten seconds, then tried twice. */
final class Breakers {
    /** For so long what fails is left alone. */
    static final Duration REST = Duration.ofSeconds(10);

    private Breakers() {}

    /** A call that a breaker guards. */
    interface Call<A> {
        A run() throws InterruptedException;
    }

    /** The same of one that answers nothing. */
    interface Task {
        void run() throws InterruptedException;
    }

    /**
     * Counts failures that repeating may mend: they say that what is called is not well. Who asks to be asked more slowly is
     * well.
     */
    static CircuitBreaker of(String name, InstantSource clock) {
        CircuitBreakerConfig config = CircuitBreakerConfig.custom()
                .slidingWindow(10, 5, SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(50)
                .waitDurationInOpenState(REST)
                .permittedNumberOfCallsInHalfOpenState(2)
                .clock(clock.withZone(ZoneOffset.UTC))
                .currentTimestampFunction(ignored -> clock.millis(), TimeUnit.MILLISECONDS)
                .recordException(Breakers::isUnwell)
                .build();
        return CircuitBreaker.of(name, config);
    }

    /**
     * Makes a call and takes note of how it ends, if what is called isn't being left alone.
     *
     * @return whether the call was made
     */
    static boolean guard(CircuitBreaker breaker, Task task) throws InterruptedException {
        return call(
                breaker,
                () -> {
                    task.run();
                    return true;
                },
                () -> false);
    }

    /** The same of a call with an answer: {@code leftAlone} answers, or throws, if the call isn't made. */
    static <A> A call(CircuitBreaker breaker, Call<A> call, Supplier<A> leftAlone) throws InterruptedException {
        if (!breaker.tryAcquirePermission()) {
            return leftAlone.get();
        }
        long start = breaker.getCurrentTimestamp();
        try {
            A answer = call.run();
            breaker.onSuccess(breaker.getCurrentTimestamp() - start, breaker.getTimestampUnit());
            return answer;
        } catch (OctavoException e) {
            breaker.onError(breaker.getCurrentTimestamp() - start, breaker.getTimestampUnit(), e);
            throw e;
        } catch (Throwable e) {
            // It says nothing of what is called, but has to be counted out again.
            breaker.releasePermission();
            throw e;
        }
    }

    private static boolean isUnwell(Throwable thrown) {
        return thrown instanceof OctavoException error && error.isPassing() && error.code() != ErrorCode.RATE_LIMITED;
    }
}
