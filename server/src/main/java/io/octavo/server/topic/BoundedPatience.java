package io.octavo.server.topic;

import io.github.resilience4j.core.IntervalFunction;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Patience for a set time; pauses double from 5 ms to half a second, each by up to a half longer or shorter. */
public final class BoundedPatience implements Patience {
    private static final IntervalFunction PAUSES = IntervalFunction.ofExponentialRandomBackoff(5, 2, 0.5, 500);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Pauses pauses;
    private final long end;
    private int attempts;

    private BoundedPatience(Duration longest, Pauses pauses) {
        this.pauses = pauses;
        this.end = pauses.nanoTime() + longest.toNanos();
    }

    /** How time passes. */
    interface Pauses {
        long nanoTime();

        void pause(Duration duration) throws InterruptedException;
    }

    /** Time as it passes in this process. */
    private static final Pauses REAL = new Pauses() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void pause(Duration duration) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        }
    };

    /** Patience of that length, beginning when it is drawn. */
    public static Supplier<Patience> within(Duration longest) {
        return within(longest, REAL);
    }

    static Supplier<Patience> within(Duration longest, Pauses pauses) {
        return () -> new BoundedPatience(longest, pauses);
    }

    @Override
    public Duration left() {
        return Duration.ofNanos(Math.max(0, end - pauses.nanoTime()));
    }

    @Override
    public void pause(String problem) {
        attempts++;
        Duration pause = Duration.ofMillis(PAUSES.apply(attempts));
        if (pause.compareTo(left()) > 0) {
            throw over(problem, null);
        }
        try {
            pauses.pause(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw over(problem, e);
        }
    }

    private static ServiceException over(String problem, @Nullable Throwable cause) {
        return ServiceException.unavailable(problem, RETRY_AFTER, cause);
    }
}
