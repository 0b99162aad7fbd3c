package io.octavo.server.publish;

import java.util.function.LongSupplier;

/** The bodies that are arriving on this node. Safe for use by many threads. */
public final class Arrivals {
    private final ArrivalConfig config;
    private final LongSupplier nanoTime;
    private volatile boolean ended;

    /** @param nanoTime as {@link System#nanoTime} */
    public Arrivals(ArrivalConfig config, LongSupplier nanoTime) {
        this.config = config;
        this.nanoTime = nanoTime;
    }

    /** A body that begins to arrive now. */
    public Arrival begin() {
        return new Arrival(config, nanoTime, () -> ended);
    }

    /** This node stops: no body gets any further. */
    public void end() {
        ended = true;
    }
}
