package io.octavo.server.publish;

import io.octavo.protocol.ConsumerQuery;
import io.octavo.protocol.GetUptakeResponse;
import io.octavo.protocol.RunState;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.consumers.ConsumerCounts;
import io.octavo.server.consumers.ConsumerCounts.Group;
import io.octavo.server.consumers.CountedImpact;
import io.octavo.server.consumers.Fleet;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.Published.Outcome;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.TopicCommits;
import java.util.List;
import java.util.stream.Collectors;

/** Who runs what a change takes away or puts in its place, for writes by REST and gRPC alike. */
public final class LiveReaders {
    private final TopicCommits commits;
    private final Fleet fleet;

    public LiveReaders(TopicCommits commits, Fleet fleet) {
        this.commits = commits;
        this.fleet = fleet;
    }

    /** How many live instances a change moves, or would. Asks the subscribe nodes, for a second at most. */
    public CountedImpact count(Committed done) {
        return fleet.count(done.impact(), done.before(), done.head());
    }

    /** How many live instances a publish would move. One that was made is not kept waiting for that. */
    public CountedImpact count(Published published) {
        return published.outcome() == Outcome.DRY_RUN
                ? fleet.count(published.impact(), published.before(), published.head())
                : CountedImpact.uncounted(published.impact());
    }

    /** How far the live instances that are to run a version have come. Asks the subscribe nodes, for a second at most. */
    GetUptakeResponse uptake(String topic, long version) {
        ConsumerCounts counts =
                fleet.count(ConsumerQuery.newBuilder().setTopic(topic).build());
        GetUptakeResponse.Builder uptake = GetUptakeResponse.newBuilder()
                .setRevision(counts.revision())
                .setComplete(counts.coverage().isComplete());
        for (Group group : counts.groups()) {
            if (group.resolved() == version && group.state() != RunState.OVERRIDDEN) {
                boolean failed = group.isLagging() && group.state() == RunState.FAILED;
                uptake.setInstances(uptake.getInstances() + group.instances())
                        .setRunning(uptake.getRunning() + (group.isLagging() ? 0 : group.instances()))
                        .setFailed(uptake.getFailed() + (failed ? group.instances() : 0));
            }
        }
        return uptake.build();
    }

    /**
     * Refuses a change that would leave live instances without any version, as far as anybody knows of them: nodes that
     * don't answer don't keep anybody from it. Tries the change, and asks the subscribe nodes.
     *
     * @throws ServiceException NO_VERSION_LEFT
     */
    public void requireVersionsLeft(String topic, Command command, String who) {
        CountedImpact impact = count(commits.dryRun(topic, command, who));
        List<CountedImpact.Move> left = impact.moves().stream()
                .filter(move -> move.impact().to() == 0)
                .filter(move -> move.instances() != null && move.instances() > 0)
                .toList();
        if (!left.isEmpty()) {
            throw ServiceException.of(
                    ErrorCode.NO_VERSION_LEFT,
                    "live instances of " + topic + " that would be left without any version: "
                            + (impact.isAtLeast() ? "at least " : "")
                            + left.stream()
                                    .map(move -> move.instances() + " of "
                                            + Scopes.format(move.impact().scope()))
                                    .collect(Collectors.joining(", "))
                            + " (expected: none, or force)");
        }
    }
}
