package io.octavo.local;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * When a child that died is started again: after a first pause, twice as long each time up to 30 s, plus up to a quarter
 * at random; after the first pause again once it was healthy for 60 s; never after its fifth death within two minutes. Not thread-safe.
 */
final class RestartPolicy {
    static final int DEATHS = 5;
    static final Duration WITHIN = Duration.ofMinutes(2);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration HEALTHY = Duration.ofSeconds(60);
    private static final double JITTER = 0.25;

    private final Duration first;
    private final DoubleSupplier random;
    private final Deque<Duration> deaths = new ArrayDeque<>(DEATHS);
    private Duration next;

    /** {@code first} is the shortest pause, {@code random} gives numbers from 0 to 1. */
    RestartPolicy(Duration first, DoubleSupplier random) {
        this.first = first;
        this.random = random;
        this.next = first;
    }

    /**
     * The pause before the next start; empty means never again.
     *
     * @param served how long it had served before it died
     * @param now on any clock that never goes back
     */
    Optional<Duration> died(Duration served, Duration now) {
        deaths.addLast(now);
        while (now.minus(WITHIN).compareTo(deaths.getFirst()) > 0) {
            deaths.removeFirst();
        }
        if (deaths.size() >= DEATHS) {
            return Optional.empty();
        }
        if (served.compareTo(HEALTHY) >= 0) {
            next = first;
        }
        Duration pause = next.plusMillis(Math.round(next.toMillis() * JITTER * random.getAsDouble()));
        Duration twice = next.multipliedBy(2);
        next = twice.compareTo(LONGEST) > 0 ? LONGEST : twice;
        return Optional.of(pause.compareTo(LONGEST) > 0 ? LONGEST : pause);
    }
}
