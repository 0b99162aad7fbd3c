package io.octavo.server.peers;

import io.grpc.stub.StreamObserver;
import io.octavo.protocol.Hint;
import io.octavo.protocol.HintRequest;
import io.octavo.protocol.HintResponse;
import io.octavo.protocol.NodeServiceGrpc;

/** What the other nodes call on this one. The methods must not run on the transport's threads. */
public final class NodeService extends NodeServiceGrpc.NodeServiceImplBase {
    private final HintTaker hints;

    public NodeService(HintTaker hints) {
        this.hints = hints;
    }

    /** Learns of commits of other nodes. */
    @FunctionalInterface
    public interface HintTaker {
        /** Takes a hint that is in order, if it is news. Doesn't ask a store. */
        void take(Hint hint);
    }

    @Override
    public void hint(HintRequest request, StreamObserver<HintResponse> caller) {
        HintFormat.check(request);
        request.getHintsList().forEach(hints::take);
        caller.onNext(HintResponse.getDefaultInstance());
        caller.onCompleted();
    }
}
