package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.RunState;
import io.octavo.rules.Resolution;
import io.octavo.server.consumers.Sightings;
import org.jspecify.annotations.Nullable;

/**
 * What a process runs of a topic, beside what it is to run.
 *
 * @param version  0 = nothing
 * @param resolved 0 = nothing is for it
 */
record Running(long version, long resolved, RunState state) {
    /** @param topic null = there is none of that name */
    static Running of(Report report, int place, Consumer consumer, @Nullable CachedTopic topic) {
        Resolution resolution = topic == null ? Resolution.NOTHING : topic.resolve(consumer);
        long version = report.version(place);
        return new Running(version, resolution.version(), state(report.state(place), version, resolution.version()));
    }

    /** Whether it is to run something else. */
    boolean isLagging() {
        return Sightings.isLagging(version, resolved, state);
    }

    private static RunState state(RunState reported, long version, long resolved) {
        if (reported == RunState.FAILED || reported == RunState.OVERRIDDEN) {
            return reported;
        }
        if (resolved == 0) {
            return RunState.UNRESOLVED;
        }
        return version == 0 || reported == RunState.FETCHING ? RunState.FETCHING : RunState.APPLIED;
    }
}
