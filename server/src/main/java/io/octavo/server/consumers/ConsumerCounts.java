package io.octavo.server.consumers;

import io.octavo.protocol.ConsumerCount;
import io.octavo.protocol.CountConsumersResponse;
import io.octavo.protocol.FailureCount;
import io.octavo.protocol.RunState;
import io.octavo.rules.Heads;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many instances run what, of one topic.
 *
 * @param revision of the topic, at which all nodes that answered tell what is to run; 0 = one of them doesn't know the
 *     topic yet
 * @param groups   by version, the version to run, and state; the highest first
 * @param failures why they failed, the most frequent reasons first
 */
public record ConsumerCounts(long revision, List<Group> groups, List<Failure> failures, Coverage coverage) {
    private static final int MOST_REASONS = 10;

    public ConsumerCounts {
        groups = List.copyOf(groups);
        failures = List.copyOf(failures);
    }

    /**
     * Instances that are alike.
     *
     * @param version  what they run; 0 = nothing
     * @param resolved what they are to run; 0 = nothing is for them
     */
    public record Group(long version, long resolved, RunState state, long instances) {
        static final Comparator<Group> ORDER = Comparator.comparing(Group::version)
                .thenComparing(Group::resolved)
                .reversed()
                .thenComparing(Group::state);

        static Group of(ConsumerCount count) {
            return new Group(count.getVersion(), count.getResolvedVersion(), count.getState(), 0);
        }

        Group with(long number) {
            return new Group(version, resolved, state, number);
        }

        /** Whether they are to run something else, and no configuration of their own says what they run. */
        public boolean isLagging() {
            return Sightings.isLagging(version, resolved, state);
        }
    }

    /** Instances that failed for the same reason. */
    public record Failure(String error, long instances) {}

    static ConsumerCounts of(Gathered<CountConsumersResponse> counts) {
        Newest<Group> groups = new Newest<>();
        Map<String, Long> failures = new HashMap<>();
        for (CountConsumersResponse answer : counts.answers()) {
            answer.getCountsList().forEach(count -> groups.add(Group.of(count), count.getInstances()));
            for (FailureCount failure : answer.getFailuresList()) {
                failures.merge(failure.getError(), failure.getInstances(), Long::sum);
            }
        }
        return new ConsumerCounts(
                revision(counts.answers()),
                groups.counts().entrySet().stream()
                        .map(count -> count.getKey().with(count.getValue()))
                        .sorted(Group.ORDER)
                        .toList(),
                failures.entrySet().stream()
                        .map(failure -> new Failure(failure.getKey(), failure.getValue()))
                        .sorted(Comparator.comparing(Failure::instances)
                                .reversed()
                                .thenComparing(Failure::error))
                        .limit(MOST_REASONS)
                        .toList(),
                counts.coverage(CountConsumersResponse::getNotRecorded));
    }

    private static long revision(List<CountConsumersResponse> answers) {
        return answers.stream()
                .min((one, other) ->
                        Heads.compare(one.getEpoch(), one.getRevision(), other.getEpoch(), other.getRevision()))
                .map(CountConsumersResponse::getRevision)
                .orElse(0L);
    }
}
