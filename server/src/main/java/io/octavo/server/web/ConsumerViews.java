package io.octavo.server.web;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.ConsumerSighting;
import io.octavo.server.consumers.ConsumerCounts;
import io.octavo.server.consumers.ConsumerPage;
import io.octavo.server.consumers.Sightings;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Live consumers, as the API shows them. */
final class ConsumerViews {
    private ConsumerViews() {}

    /**
     * A page of consumers, by topic, region, app, cluster and instance.
     *
     * @param nodesAnswered subscribe nodes that said what their consumers report
     * @param nodes         subscribe nodes that there are
     * @param notRecorded   instances that are not kept for want of memory, about; null = none
     */
    record ConsumerList(
            List<ConsumerView> consumers,
            @Nullable String nextPageToken,
            int nodesAnswered,
            int nodes,
            @Nullable Long notRecorded) {
        static ConsumerList of(List<ConsumerView> shown, ConsumerPage page, @Nullable String nextPageToken) {
            return new ConsumerList(
                    shown,
                    nextPageToken,
                    page.coverage().nodesAnswered(),
                    page.coverage().nodes(),
                    some(page.coverage().notRecorded()));
        }
    }

    /**
     * What a consumer reports of one topic.
     *
     * @param version         what it runs; null = nothing
     * @param resolvedVersion what it is to run; null = nothing is for it
     * @param lagging         it is to run something else
     * @param error           what went wrong, if it failed
     * @param since           when it first reported this version and state to the node that hears it
     * @param seen            when it polled last
     */
    record ConsumerView(
            String topic,
            String region,
            String app,
            String cluster,
            String instance,
            @Nullable Long version,
            @Nullable Long resolvedVersion,
            String state,
            boolean lagging,
            @Nullable String error,
            Instant since,
            Instant seen) {
        static ConsumerView of(ConsumerSighting sighting, Instant now) {
            Consumer consumer = sighting.getConsumer();
            return new ConsumerView(
                    sighting.getTopic(),
                    consumer.getRegion(),
                    consumer.getApp(),
                    consumer.getCluster(),
                    consumer.getInstance(),
                    some(sighting.getVersion()),
                    some(sighting.getResolvedVersion()),
                    sighting.getState().name(),
                    Sightings.isLagging(sighting),
                    sighting.getError().isEmpty() ? null : sighting.getError(),
                    now.minusMillis(sighting.getSinceAgoMs()),
                    now.minusMillis(sighting.getSeenAgoMs()));
        }
    }

    /**
     * How many instances run what of a topic.
     *
     * @param revision  of the topic, at which all nodes that answered tell what is to run; 0 = one doesn't know it yet
     * @param instances all of them
     * @param lagging   of these, those that are to run something else
     * @param failed    of these, those that could not get or read what they are to run
     * @param failures  why, the most frequent reasons first
     */
    record ConsumerCountsView(
            String topic,
            long revision,
            long instances,
            long lagging,
            long failed,
            List<CountView> counts,
            List<FailureView> failures,
            int nodesAnswered,
            int nodes,
            @Nullable Long notRecorded) {
        static ConsumerCountsView of(String topic, ConsumerCounts counts) {
            List<CountView> groups = counts.groups().stream().map(CountView::of).toList();
            return new ConsumerCountsView(
                    topic,
                    counts.revision(),
                    groups.stream().mapToLong(CountView::instances).sum(),
                    groups.stream()
                            .filter(CountView::lagging)
                            .mapToLong(CountView::instances)
                            .sum(),
                    groups.stream()
                            .filter(group -> group.state().equals("FAILED"))
                            .mapToLong(CountView::instances)
                            .sum(),
                    groups,
                    counts.failures().stream()
                            .map(failure -> new FailureView(failure.error(), failure.instances()))
                            .toList(),
                    counts.coverage().nodesAnswered(),
                    counts.coverage().nodes(),
                    some(counts.coverage().notRecorded()));
        }
    }

    /**
     * Instances that are alike.
     *
     * @param version         what they run; null = nothing
     * @param resolvedVersion what they are to run; null = nothing is for them
     * @param lagging         they are to run something else
     */
    record CountView(
            @Nullable Long version, @Nullable Long resolvedVersion, String state, boolean lagging, long instances) {
        static CountView of(ConsumerCounts.Group group) {
            return new CountView(
                    some(group.version()),
                    some(group.resolved()),
                    group.state().name(),
                    group.isLagging(),
                    group.instances());
        }
    }

    /** Instances that failed for the same reason. */
    record FailureView(String error, long instances) {}

    private static @Nullable Long some(long number) {
        return number == 0 ? null : number;
    }
}
