package io.octavo.server.housekeeping;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A task, as one node sees it.
 *
 * @param interval  from the end of a run to the start of the next
 * @param leader    the node that does it; empty if none is known
 * @param isHere    whether that is this node
 * @param pending   whether a run that was asked for here has not ended yet
 * @param last      the last run on this node; null if there was none
 * @param lastAsked the last of them that was asked for; null if there was none
 * @param stopped   why this node, which leads it, doesn't do what it was to do, and what helps; null = it does
 * @param found     what its last look on this node, which leads it, has come to, if somebody is to know of it; else null
 */
public record TaskStatus(
        String task,
        Duration interval,
        String leader,
        boolean isHere,
        boolean pending,
        @Nullable RunReport last,
        @Nullable RunReport lastAsked,
        @Nullable String stopped,
        @Nullable String found) {}
