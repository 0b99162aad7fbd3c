package io.octavo.client;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Time and chance, which tests set.
 *
 * @param clock  for instants that people see, or that are kept
 * @param steady for bounds: it goes on evenly, whatever is done to the machine's clock. Its instants mean nothing elsewhere
 * @param random for jitter; safe for several threads
 * @param timers closed with the client
 */
record World(InstantSource clock, InstantSource steady, RandomGenerator random, Timers timers) {
    static World real() {
        long origin = System.nanoTime();
        return new World(
                InstantSource.system(),
                () -> Instant.EPOCH.plusNanos(System.nanoTime() - origin),
                new Random(),
                Timers.system());
    }
}
