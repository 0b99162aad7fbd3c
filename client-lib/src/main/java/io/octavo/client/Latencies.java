package io.octavo.client;

import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How long the last calls took, and how many may be made twice because of it. Safe for several threads. */
final class Latencies {
    private static final int KEPT = 128;
    private static final int FEWEST = 20;
    private static final double PERCENTILE = 0.95;
    private static final Duration SHORTEST = Duration.ofMillis(5);
    /** What each call adds to the second attempts that may be made, and how many may be saved. */
    private static final double SHARE = 0.1;

    private static final double MOST_SAVED = 10;

    private final long[] nanos = new long[KEPT];
    private int count;
    private int next;
    private double allowed;

    /** A call took so long. */
    synchronized void took(long duration) {
        nanos[next] = duration;
        next = (next + 1) % KEPT;
        count = Math.min(count + 1, KEPT);
    }

    /** After how long the call that begins now is late, if nineteen of twenty were faster; null = nobody knows yet. */
    synchronized @Nullable Duration late() {
        allowed = Math.min(allowed + SHARE, MOST_SAVED);
        if (count < FEWEST) {
            return null;
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        Duration late = Duration.ofNanos(sorted[(int) (count * PERCENTILE)]);
        return late.compareTo(SHORTEST) < 0 ? SHORTEST : late;
    }

    /** Whether one more call may be made than was asked for: it is counted. */
    synchronized boolean mayRepeat() {
        if (allowed < 1) {
            return false;
        }
        allowed--;
        return true;
    }
}
