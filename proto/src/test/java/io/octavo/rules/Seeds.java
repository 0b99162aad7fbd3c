package io.octavo.rules;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Runs random cases. The first seed is the system property {@code octavo.seed}, or random; case after case it goes up by
 * one. A failure names the seed of its case, with which that case comes first.
 */
final class Seeds {
    private static final String PROPERTY = "octavo.seed";

    private Seeds() {}

    static void forEach(int cases, Consumer<RandomGenerator> property) {
        long first = Long.getLong(PROPERTY, new SplittableRandom().nextLong());
        for (long seed = first; seed != first + cases; seed++) {
            try {
                property.accept(new SplittableRandom(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("to see it again: -D" + PROPERTY + "=" + seed + "\n" + e.getMessage(), e);
            }
        }
    }
}
