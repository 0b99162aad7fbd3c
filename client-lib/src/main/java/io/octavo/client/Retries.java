package io.octavo.client;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Attempts at a transfer: a few, with longer and longer waits between them, on the calling thread. */
final class Retries {
    private Retries() {}

    /** @param again whether another attempt may go better after this failure */
    static Retry of(
            String name, int attempts, Backoff backoff, RandomGenerator random, Predicate<OctavoException> again) {
        RetryConfig config = RetryConfig.custom()
                .maxAttempts(attempts)
                .intervalBiFunction((attempt, outcome) -> wait(
                                backoff, attempt, random, outcome.isLeft() ? outcome.getLeft() : null)
                        .toMillis())
                .retryOnException(thrown -> thrown instanceof OctavoException error && again.test(error))
                .build();
        return Retry.of(name, config);
    }

    /** What the service asked for, up to a bound, if it asked. */
    private static Duration wait(Backoff backoff, int attempt, RandomGenerator random, @Nullable Throwable failure) {
        Duration wait = backoff.after(attempt, random);
        Duration asked = failure instanceof OctavoException error ? error.retryAfter() : null;
        if (asked == null || asked.compareTo(wait) < 0) {
            return wait;
        }
        Duration most = backoff.most().multipliedBy(2);
        return asked.compareTo(most) < 0 ? asked : most;
    }
}
