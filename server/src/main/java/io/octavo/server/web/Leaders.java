package io.octavo.server.web;

import java.time.Instant;
import java.util.List;

/** Which nodes do the pieces of work that one node at a time does. */
@FunctionalInterface
public interface Leaders {
    /** All of them by name. Blocks, with a time-out of the store's. */
    List<Leader> leaders();

    /**
     * A task's leader.
     *
     * @param node  its name
     * @param since when it took the task over
     */
    record Leader(String task, String node, Instant since) {}
}
