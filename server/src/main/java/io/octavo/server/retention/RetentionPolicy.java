package io.octavo.server.retention;

import io.octavo.protocol.Retention;
import java.time.Duration;

/**
 * How much of a topic's history is kept. A version may go when neither number nor age keeps it.
 *
 * @param maxVersions the newest so many stay; at least 1
 * @param maxAge      what is younger stays; zero = age keeps nothing
 * @param grace       what was run by somebody so short a time ago stays, and so long a deleted topic can be restored
 */
public record RetentionPolicy(int maxVersions, Duration maxAge, Duration grace) {
    /** What is older than this is as old as anything. */
    private static final Duration LONGEST = Duration.ofDays(365_000);

    public RetentionPolicy {
        if (maxVersions < 1 || maxAge.isNegative() || grace.isNegative()) {
            throw new IllegalArgumentException("maxVersions: " + maxVersions + ", maxAge: " + maxAge + ", grace: "
                    + grace + " (expected: 1 or more, and no time below zero)");
        }
    }

    /** This, with what a topic's owner has set. */
    public RetentionPolicy with(Retention settings) {
        // Unsigned in the message: what is beyond an int is more than any topic has.
        int versions = settings.getMaxVersions() < 0 ? Integer.MAX_VALUE : settings.getMaxVersions();
        return new RetentionPolicy(
                versions == 0 ? maxVersions : versions,
                settings.getMaxAgeSeconds() == 0
                        ? maxAge
                        : Duration.ofSeconds(Math.min(settings.getMaxAgeSeconds(), LONGEST.toSeconds())),
                grace);
    }

    /** In words: what stays by number and age. */
    public String text() {
        return "the newest " + maxVersions + (maxAge.isZero() ? "" : ", and what is younger than " + maxAge);
    }
}
