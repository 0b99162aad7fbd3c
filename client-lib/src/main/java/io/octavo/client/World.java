package io.octavo.client;

import java.time.InstantSource;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Time and chance, which tests set.
 *
 * @param clock  for instants that people see and for long bounds
 * @param random for jitter; safe for several threads
 * @param timers closed with the client
 */
record World(InstantSource clock, RandomGenerator random, Timers timers) {
    static World real() {
        return new World(InstantSource.system(), new Random(), Timers.system());
    }
}
