package io.octavo.server.consumers;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.ConsumerQuery;
import io.octavo.protocol.ConsumerSighting;
import io.octavo.protocol.CountAdoptionsRequest;
import io.octavo.protocol.CountConsumersRequest;
import io.octavo.protocol.CountMovesRequest;
import io.octavo.protocol.ListConsumersRequest;
import io.octavo.protocol.ListConsumersResponse;
import io.octavo.protocol.ListUsedTopicsRequest;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicHead;
import io.octavo.server.peers.Peer;
import io.octavo.server.topic.Impact;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All live consumers, as the subscribe nodes know them: asks all of them at once, and says how many answered. An instance
 * that two nodes have seen is the one that was seen last. Thread-safe; calls block for a second at most.
 */
public final class Fleet {
    private static final int LONGEST_LIST = 1000;
    private static final int MOST_ADOPTIONS = 20;

    private final SubscribeNodes nodes;

    /**
     * @param own        what this node knows; null = it isn't of the subscribe role
     * @param others     the other nodes of that role that can be called
     * @param registered how many nodes of that role there are by their own word, this one included
     * @param meters     gets {@code octavo.consumers.asked}, by outcome
     */
    public Fleet(
            @Nullable ConsumerReports own, Supplier<List<Peer>> others, IntSupplier registered, MeterRegistry meters) {
        this.nodes = new SubscribeNodes(own, others, registered, meters);
    }

    /**
     * Consumers and what they run, in order. A page may be short, or empty, and not the last.
     *
     * @param limit 1 to 1000
     * @param after the last of the page before; null = from the start
     */
    public ConsumerPage list(ConsumerQuery query, int limit, @Nullable ConsumerSighting after) {
        Gathered<ListConsumersResponse> pages =
                list(request(after).setQuery(query).setLimit(limit).build());
        NavigableMap<ConsumerSighting, ConsumerSighting> merged = merged(pages);
        boolean more = merged.size() > limit || pages.answers().stream().anyMatch(ListConsumersResponse::getMore);
        while (merged.size() > limit) {
            merged.pollLastEntry();
        }
        ConsumerSighting next = more && !merged.isEmpty() ? merged.lastKey() : null;
        boolean isByWhatTheyRun = query.getLagging() || query.getState() != RunState.RUN_STATE_UNSPECIFIED;
        List<ConsumerSighting> shown = isByWhatTheyRun && pages.answers().size() > 1 && !merged.isEmpty()
                ? confirmed(query, merged, after)
                : List.copyOf(merged.values());
        return new ConsumerPage(shown, next, pages.coverage(ListConsumersResponse::getNotRecorded));
    }

    /** How many instances run what. The query names a topic. */
    public ConsumerCounts count(ConsumerQuery query) {
        CountConsumersRequest request = CountConsumersRequest.newBuilder()
                .setQuery(query)
                .setIdentities(nodes.isSeveral())
                .build();
        return ConsumerCounts.of(nodes.ask(reports -> reports.count(request), stub -> stub.countConsumers(request)));
    }

    /**
     * How many instances a change moves.
     *
     * @param impact what it moves
     * @param before the head before the change; null = it can't be had any more, and nobody counts
     */
    public CountedImpact count(List<Impact> impact, @Nullable TopicHead before, TopicHead after) {
        if (before == null || impact.isEmpty()) {
            return CountedImpact.uncounted(impact);
        }
        CountMovesRequest request = CountMovesRequest.newBuilder()
                .setBefore(Deciding.of(before))
                .setAfter(Deciding.of(after))
                .setIdentities(nodes.isSeveral())
                .build();
        return CountedImpact.of(
                impact, nodes.ask(reports -> reports.countMoves(request), stub -> stub.countMoves(request)));
    }

    /** How the versions of a topic were taken up, the {@value #MOST_ADOPTIONS} that were given last. */
    public Adoptions adoptions(String topic) {
        CountAdoptionsRequest request = CountAdoptionsRequest.newBuilder()
                .setTopic(topic)
                .setIdentities(nodes.isSeveral())
                .build();
        return Adoptions.of(
                nodes.ask(reports -> reports.countAdoptions(request), stub -> stub.countAdoptions(request)),
                MOST_ADOPTIONS);
    }

    /** Which topics were polled or read in the last day. */
    public UsedTopics usedTopics() {
        ListUsedTopicsRequest request = ListUsedTopicsRequest.getDefaultInstance();
        return UsedTopics.of(nodes.ask(reports -> reports.listUsed(request), stub -> stub.listUsedTopics(request)));
    }

    /** A node that didn't hear of them last may show what they ran before: all are asked for just these once more. */
    private List<ConsumerSighting> confirmed(
            ConsumerQuery query,
            NavigableMap<ConsumerSighting, ConsumerSighting> sightings,
            @Nullable ConsumerSighting after) {
        ListConsumersRequest.Builder request = request(after)
                .setQuery(query.toBuilder().clearState().clearLagging())
                .setLimit(LONGEST_LIST);
        sightings.values().stream()
                .map(sighting -> Identities.of(sighting.getConsumer()))
                .distinct()
                .forEach(request::addIdentities);
        NavigableMap<ConsumerSighting, ConsumerSighting> newest = merged(list(request.build()));
        return sightings.values().stream()
                .map(sighting -> newest.getOrDefault(sighting, sighting))
                .filter(sighting ->
                        query.getState() == RunState.RUN_STATE_UNSPECIFIED || query.getState() == sighting.getState())
                .filter(sighting -> !query.getLagging() || Sightings.isLagging(sighting))
                .toList();
    }

    private static ListConsumersRequest.Builder request(@Nullable ConsumerSighting after) {
        ListConsumersRequest.Builder request = ListConsumersRequest.newBuilder();
        return after == null ? request : request.setAfter(after);
    }

    private Gathered<ListConsumersResponse> list(ListConsumersRequest request) {
        return nodes.ask(reports -> reports.list(request), stub -> stub.listConsumers(request));
    }

    private static NavigableMap<ConsumerSighting, ConsumerSighting> merged(Gathered<ListConsumersResponse> pages) {
        NavigableMap<ConsumerSighting, ConsumerSighting> merged = new TreeMap<>(Sightings.ORDER);
        for (ListConsumersResponse page : pages.answers()) {
            for (ConsumerSighting sighting : page.getConsumersList()) {
                merged.merge(
                        sighting, sighting, (one, other) -> one.getSeenAgoMs() <= other.getSeenAgoMs() ? one : other);
            }
        }
        return merged;
    }
}
