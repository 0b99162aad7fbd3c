package io.octavo.server.housekeeping;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Something that housekeeping does, alone or as a part of a task: see {@link Task}. */
public interface TaskPart {
    /**
     * Does a bounded batch. Called by one thread at a time, on the node that leads the task.
     *
     * @param run asked before each step whether to go on; told what is done
     * @throws RuntimeException if it can't go on; what it has told the run counts
     */
    void run(Run run);

    /** Told once, before the first run: whether this node leads the task now and has begun a run, for what
     * is measured of it. */
    default void measure(BooleanSupplier leads) {}

    /** Why it doesn't do what it was to do, and what helps; null = it does. Any thread may ask. */
    default @Nullable String stopped() {
        return null;
    }

    /** What its last look has come to, if somebody is to know of it; null = nothing. Any thread may ask. */
    default @Nullable String found() {
        return null;
    }
}
