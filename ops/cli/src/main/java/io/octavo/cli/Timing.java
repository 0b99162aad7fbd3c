package io.octavo.cli;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.DoubleSupplier;

/**
 * Clock, pauses and time-outs of a run.
 *
 * @param clock   for ages and expiries
 * @param pauses  how to wait between attempts
 * @param random  jitter, 0 up to 1
 * @param connect how long a connection may take to be made
 * @param answer  how long a small request may take to be answered
 * @param stall   how long a transfer, or the end of an upload, may show no progress; it is noticed after one to two of it
 */
record Timing(
        InstantSource clock, Pauses pauses, DoubleSupplier random, Duration connect, Duration answer, Duration stall) {
    private static final Duration LONGEST_ASKED_FOR = Duration.ofSeconds(15);

    /** How to wait. */
    interface Pauses {
        void pause(Duration duration) throws InterruptedException;
    }

    static Timing real(DoubleSupplier random) {
        return new Timing(
                InstantSource.system(),
                duration -> Thread.sleep(duration.toMillis()),
                random,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofMinutes(2));
    }

    /**
     * Waits before an attempt is repeated: twice as long each time, with jitter.
     *
     * @param failed  attempts that have failed, 1 or more
     * @param atLeast what the server asked for; more than 15 s of it are not waited
     */
    void pauseAfter(int failed, Duration atLeast) throws InterruptedException {
        double millis = 200 * Math.pow(2, Math.min(failed, 6) - 1) * (0.5 + random.getAsDouble() / 2);
        Duration own = Duration.ofMillis(Math.round(millis));
        Duration asked = atLeast.compareTo(LONGEST_ASKED_FOR) > 0 ? LONGEST_ASKED_FOR : atLeast;
        pauses.pause(own.compareTo(asked) > 0 ? own : asked);
    }
}
