package io.octavo.server.web;

import io.octavo.server.housekeeping.TaskStatus;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a node knows of itself without asking anybody.
 *
 * @param environment the installation's name, such as {@code local} or {@code production}
 * @param version     of this software
 * @param ready       whether its roles can do their work
 * @param cache       the state of the heads in memory; answers null where there are none
 * @param tasks       the tasks of housekeeping; none where that is not among its roles
 * @param waiting     tasks that wait for a node
 */
public record Installation(
        String environment,
        String version,
        BooleanSupplier ready,
        Supplier<@Nullable Cache> cache,
        Supplier<List<TaskStatus>> tasks,
        Supplier<List<Stopped>> waiting) {
    /** One without housekeeping. */
    public Installation(String environment, String version, BooleanSupplier ready, Supplier<@Nullable Cache> cache) {
        this(environment, version, ready, cache, List::of, List::of);
    }

    /** A task that doesn't do what it was to do, as far as this node knows, with the reason and what helps. */
    public record Stopped(String task, String why) {}

    /** What a task's last look on this node has come to. */
    public record Found(String task, String what) {}

    /**
     * The heads in memory.
     *
     * @param heads    how many
     * @param age      since the feed of changes was last read
     * @param complete all are loaded
     * @param stale    they are what the fallback cache had, for the log could not be read yet
     * @param heldBack versions that are held back, for their payloads are missing
     */
    public record Cache(int heads, Duration age, boolean complete, boolean stale, int heldBack) {}
}
