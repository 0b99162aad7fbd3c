package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.CountAdoptionsRequest;
import io.octavo.protocol.CountAdoptionsResponse;
import io.octavo.protocol.CountConsumersRequest;
import io.octavo.protocol.CountConsumersResponse;
import io.octavo.protocol.CountMovesRequest;
import io.octavo.protocol.CountMovesResponse;
import io.octavo.protocol.ListConsumersRequest;
import io.octavo.protocol.ListConsumersResponse;
import io.octavo.protocol.ListUsedTopicsRequest;
import io.octavo.protocol.ListUsedTopicsResponse;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.RunState;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import io.octavo.rules.Scopes;
import io.octavo.server.consumers.ConsumerReports;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** The registry of a subscribe node, told by a test who polls. */
public final class TestConsumers implements ConsumerReports {
    private final HeadCache cache = new HeadCache(InstantSource.system());
    private final ConsumerRegistry registry;
    private final ConsumerQueries queries;
    private final Heads heads;

    /** Where the node's heads come from. */
    @FunctionalInterface
    public interface Heads {
        /** All of them. */
        void forEach(java.util.function.Consumer<TopicHead> head);
    }

    /** One of this time. */
    public TestConsumers(Heads heads) {
        this(heads, System::nanoTime, InstantSource.system());
    }

    /**
     * One with a clock of its own.
     *
     * @param nanoTime as {@link System#nanoTime}
     */
    public TestConsumers(Heads heads, LongSupplier nanoTime, InstantSource clock) {
        this.heads = heads;
        registry =
                new ConsumerRegistry(cache, Duration.ofSeconds(30), 1 << 20, nanoTime, new AdoptionTimes(cache, clock));
        queries = new ConsumerQueries(registry, cache);
        cache.loaded();
    }

    /** An instance of a scope polls and says what it runs. */
    public void poll(String scope, String instance, String topic, long version, RunState state, String error) {
        refresh();
        Scope of = Scopes.parse(scope);
        registry.heard(PollRequest.newBuilder()
                .setConsumer(Consumer.newBuilder()
                        .setRegion(of.getRegion())
                        .setApp(of.getApp())
                        .setCluster(of.getCluster())
                        .setInstance(instance))
                .addTopics(TopicState.newBuilder()
                        .setTopic(topic)
                        .setVersion(version)
                        .setState(state)
                        .setError(error))
                .build());
    }

    @Override
    public ListConsumersResponse list(ListConsumersRequest request) {
        refresh();
        return queries.list(request);
    }

    @Override
    public CountConsumersResponse count(CountConsumersRequest request) {
        refresh();
        return queries.count(request);
    }

    @Override
    public CountMovesResponse countMoves(CountMovesRequest request) {
        return queries.countMoves(request);
    }

    @Override
    public CountAdoptionsResponse countAdoptions(CountAdoptionsRequest request) {
        refresh();
        return queries.countAdoptions(request);
    }

    @Override
    public ListUsedTopicsResponse listUsed(ListUsedTopicsRequest request) {
        refresh();
        return queries.listUsed(request);
    }

    private void refresh() {
        heads.forEach(cache::put);
    }
}
