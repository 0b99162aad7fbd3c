package io.octavo.server.peers;

import io.grpc.stub.StreamObserver;
import io.octavo.protocol.CountAdoptionsRequest;
import io.octavo.protocol.CountAdoptionsResponse;
import io.octavo.protocol.CountConsumersRequest;
import io.octavo.protocol.CountConsumersResponse;
import io.octavo.protocol.CountMovesRequest;
import io.octavo.protocol.CountMovesResponse;
import io.octavo.protocol.Hint;
import io.octavo.protocol.HintRequest;
import io.octavo.protocol.HintResponse;
import io.octavo.protocol.ListConsumersRequest;
import io.octavo.protocol.ListConsumersResponse;
import io.octavo.protocol.ListUsedTopicsRequest;
import io.octavo.protocol.ListUsedTopicsResponse;
import io.octavo.protocol.NodeServiceGrpc;
import java.util.function.Function;

/** What the other nodes call on this one. The methods must not run on the transport's threads. */
public final class NodeService extends NodeServiceGrpc.NodeServiceImplBase {
    private final HintTaker hints;
    private final Consumers consumers;

    public NodeService(HintTaker hints, Consumers consumers) {
        this.hints = hints;
        this.consumers = consumers;
    }

    /** Learns of commits of other nodes. */
    @FunctionalInterface
    public interface HintTaker {
        /** Takes a hint that is in order, if it is news. Doesn't ask a store. */
        void take(Hint hint);
    }

    /** What is known here of who polls this node. Answers from memory. */
    public record Consumers(
            Function<ListConsumersRequest, ListConsumersResponse> list,
            Function<CountConsumersRequest, CountConsumersResponse> count,
            Function<CountMovesRequest, CountMovesResponse> countMoves,
            Function<CountAdoptionsRequest, CountAdoptionsResponse> countAdoptions,
            Function<ListUsedTopicsRequest, ListUsedTopicsResponse> listUsed) {}

    @Override
    public void hint(HintRequest request, StreamObserver<HintResponse> caller) {
        HintFormat.check(request);
        request.getHintsList().forEach(hints::take);
        answer(HintResponse.getDefaultInstance(), caller);
    }

    @Override
    public void listConsumers(ListConsumersRequest request, StreamObserver<ListConsumersResponse> caller) {
        answer(consumers.list().apply(request), caller);
    }

    @Override
    public void countConsumers(CountConsumersRequest request, StreamObserver<CountConsumersResponse> caller) {
        answer(consumers.count().apply(request), caller);
    }

    @Override
    public void countMoves(CountMovesRequest request, StreamObserver<CountMovesResponse> caller) {
        answer(consumers.countMoves().apply(request), caller);
    }

    @Override
    public void countAdoptions(CountAdoptionsRequest request, StreamObserver<CountAdoptionsResponse> caller) {
        answer(consumers.countAdoptions().apply(request), caller);
    }

    @Override
    public void listUsedTopics(ListUsedTopicsRequest request, StreamObserver<ListUsedTopicsResponse> caller) {
        answer(consumers.listUsed().apply(request), caller);
    }

    private static <A> void answer(A answer, StreamObserver<A> caller) {
        caller.onNext(answer);
        caller.onCompleted();
    }
}
