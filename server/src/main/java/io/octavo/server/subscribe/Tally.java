package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.ConsumerCount;
import io.octavo.protocol.CountConsumersResponse;
import io.octavo.protocol.FailureCount;
import io.octavo.protocol.Instances;
import io.octavo.protocol.RunState;
import io.octavo.server.consumers.Identities;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

/** Counts consumers of a topic by what they run. For one thread. */
final class Tally {
    private static final int MOST_REASONS = 10;

    private final boolean identities;
    private final Map<Running, Instances.Builder> counts = new HashMap<>();
    private final Map<String, Long> failures = new HashMap<>();

    /** @param identities says also who is counted */
    Tally(boolean identities) {
        this.identities = identities;
    }

    void add(Running running, String error, Consumer consumer, long seenAgoMillis) {
        count(counts.computeIfAbsent(running, r -> Instances.newBuilder()), identities, consumer, seenAgoMillis);
        if (running.state() == RunState.FAILED) {
            failures.merge(error, 1L, Long::sum);
        }
    }

    CountConsumersResponse.Builder answer() {
        CountConsumersResponse.Builder answer = CountConsumersResponse.newBuilder();
        counts.forEach((running, instances) -> answer.addCounts(ConsumerCount.newBuilder()
                .setVersion(running.version())
                .setResolvedVersion(running.resolved())
                .setState(running.state())
                .setInstances(instances)));
        failures.entrySet().stream()
                .sorted(Comparator.comparing(Map.Entry<String, Long>::getValue).reversed())
                .limit(MOST_REASONS)
                .forEach(failure -> answer.addFailures(
                        FailureCount.newBuilder().setError(failure.getKey()).setInstances(failure.getValue())));
        return answer;
    }

    static void count(Instances.Builder instances, boolean identities, Consumer consumer, long seenAgoMillis) {
        instances.setCount(instances.getCount() + 1);
        if (identities) {
            instances.addIdentities(Identities.of(consumer)).addSeenAgoMs((int) seenAgoMillis);
        }
    }
}
