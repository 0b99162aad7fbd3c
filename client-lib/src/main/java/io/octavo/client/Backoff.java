package io.octavo.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait after failures in a row: twice as long after each, from {@code first} to {@code most}, less up to
 * half of it by chance, so that many processes that failed together don't come back together.
 */
record Backoff(Duration first, Duration most) {
    private static final int MOST_DOUBLINGS = 20;
    /** The mean of {@link #byChance}, before it is cut off, and where it is: in parts of {@code most}. */
    private static final double MEAN = 0.9;

    private static final double LONGEST = 2;
    private static final double SPREAD = 0.2;

    /** After so many failures in a row, 1 or more. */
    Duration after(int failures, RandomGenerator random) {
        long doubled = first.toMillis() << Math.min(failures - 1, MOST_DOUBLINGS);
        double part = 0.5 + random.nextDouble() / 2;
        return Duration.ofMillis(Math.round(Math.min(doubled, most.toMillis()) * part));
    }

    /** After so many failures in a row, 1 or more: spread by 20 % to either side, for who is not in a hurry. */
    Duration around(int failures, RandomGenerator random) {
        long doubled = first.toMillis() << Math.min(failures - 1, MOST_DOUBLINGS);
        double part = 1 - SPREAD + 2 * SPREAD * random.nextDouble();
        return Duration.ofMillis(Math.round(Math.min(doubled, most.toMillis()) * part));
    }

    /**
     * A wait that ends at any time as likely as at any other: exponentially distributed, with nine tenths of {@code most}
     * as mean and cut off at its double. However long many processes have waited so, and however they began, about as
     * many end in each second.
     */
    Duration byChance(RandomGenerator random) {
        double means = -Math.log(1 - random.nextDouble() * (1 - Math.exp(-LONGEST / MEAN)));
        return Duration.ofMillis(Math.round(means * MEAN * most.toMillis()));
    }
}
