package io.octavo.client;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits for answers of transfers for as long as bytes move.
 *
 * @param stall how long none may
 */
record StallWatch(Duration stall, InstantSource clock) {
    private static final Duration LOOK_UP = Duration.ofMillis(250);

    /** An exchange that brought no answer. */
    static final class Broken extends Exception {
        private static final long serialVersionUID = 1L;

        Broken(String how, @Nullable Throwable cause) {
            super(how, cause);
        }
    }

    /**
     * Blocks.
     *
     * @param moved how many bytes have moved by now; what it throws ends the wait
     * @param end   when it must be over
     */
    <A> A await(CompletableFuture<A> answer, LongSupplier moved, Instant end) throws Broken, InterruptedException {
        Instant lastMove = clock.instant();
        long seen = moved.getAsLong();
        while (true) {
            try {
                return answer.get(LOOK_UP.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                throw new Broken(cause.getClass().getSimpleName(), cause);
            } catch (TimeoutException e) {
                Instant now = clock.instant();
                if (now.isAfter(end)) {
                    throw new Broken("not done in time", null);
                }
                long there = moved.getAsLong();
                if (there != seen) {
                    seen = there;
                    lastMove = now;
                } else if (lastMove.plus(stall).isBefore(now)) {
                    throw new Broken("no bytes for " + stall, null);
                }
            }
        }
    }
}
