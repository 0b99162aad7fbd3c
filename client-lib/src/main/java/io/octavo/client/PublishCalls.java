package io.octavo.client;

import io.grpc.StatusRuntimeException;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.PublishServiceGrpc.PublishServiceBlockingStub;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Calls to the publish nodes that carry no payload, each with its time-out. They block. */
final class PublishCalls {
    private final Endpoints nodes;
    private final Limits limits;

    PublishCalls(Endpoints nodes, Limits limits) {
        this.nodes = nodes;
        this.limits = limits;
    }

    /** @param doing for messages */
    <A> A call(String doing, Function<PublishServiceBlockingStub, A> call) throws InterruptedException {
        return call(doing, limits.request(), call);
    }

    <A> A call(String doing, Duration atMost, Function<PublishServiceBlockingStub, A> call)
            throws InterruptedException {
        Node node = nodes.current(limits.request());
        try {
            return call.apply(PublishServiceGrpc.newBlockingStub(node.channel())
                    .withDeadlineAfter(atMost.toMillis(), TimeUnit.MILLISECONDS));
        } catch (StatusRuntimeException e) {
            throw nodes.failed(node, e, doing);
        }
    }
}
