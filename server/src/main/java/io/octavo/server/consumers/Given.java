package io.octavo.server.consumers;

import java.util.Comparator;

/**
 * A version that was given to a part of the fleet, by a pin or a publication.
 *
 * @param atMillis when, by the clock of the node that committed it
 */
public record Given(long version, long atMillis, boolean pinned) {
    /** The newest first. */
    public static final Comparator<Given> ORDER = Comparator.comparingLong(Given::atMillis)
            .thenComparingLong(Given::version)
            .thenComparing(Given::pinned)
            .reversed();
}
