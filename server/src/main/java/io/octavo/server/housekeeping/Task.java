package io.octavo.server.housekeeping;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Something that housekeeping does again and again. Each of its steps can be repeated: a run may be broken off between
 * any two, and another node may begin before it has noticed that it no longer leads.
 */
public interface Task {
    /** A word in lower case: the name in addresses, metrics and the lease. */
    String name();

    /** Told once, before the first run: whether this node leads the task now, for what is measured of it. */
    default void measure(BooleanSupplier leads) {}

    /** From the end of a run to the start of the next. */
    Duration interval();

    /**
     * Does a bounded batch. Called by one thread at a time, on the node that leads the task.
     *
     * @param run asked before each step whether to go on; told what is done
     * @throws RuntimeException if it can't go on; what it has told the run counts
     */
    void run(Run run);
}
