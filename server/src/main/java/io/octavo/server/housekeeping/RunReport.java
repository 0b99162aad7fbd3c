package io.octavo.server.housekeeping;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a run of a task did.
 *
 * @param examined things looked at
 * @param done     of these, put in order
 * @param failed   of these, left to a later run
 * @param error    of the first failure; null if there was none
 */
public record RunReport(
        String task,
        Instant startedAt,
        Outcome outcome,
        long examined,
        long done,
        long failed,
        Duration took,
        @Nullable String error) {
    /** How a run ended. */
    public enum Outcome {
        /** It did all that it set out to do. */
        DONE,
        /** Something in it failed. */
        FAILED,
        /** It took too long and was broken off. */
        TIMED_OUT,
        /** This node no longer leads, or is stopping. */
        STOPPED
    }
}
