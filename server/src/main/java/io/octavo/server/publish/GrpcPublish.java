package io.octavo.server.publish;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.octavo.protocol.PublishRequest;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.rules.InvalidField;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Publishing by gRPC. To be served behind {@link Callers}, whose word on who calls it takes. */
public final class GrpcPublish extends PublishServiceGrpc.PublishServiceImplBase {
    private final Publisher publisher;
    private final Executor workers;
    private final PublishConfig config;
    private final Arrivals arrivals;
    private final Function<Throwable, StatusRuntimeException> toGrpc;

    /**
     * @param workers carries out publishes, which block for as long as the payload takes; bounded, and refuses what is
     *     too much by a {@link java.util.concurrent.RejectedExecutionException}
     * @param toGrpc  maps what a publish throws
     */
    public GrpcPublish(
            Publisher publisher,
            Executor workers,
            PublishConfig config,
            Arrivals arrivals,
            Function<Throwable, StatusRuntimeException> toGrpc) {
        this.publisher = publisher;
        this.workers = workers;
        this.config = config;
        this.arrivals = arrivals;
        this.toGrpc = toGrpc;
    }

    @Override
    public StreamObserver<PublishRequest> publish(StreamObserver<PublishResponse> responses) {
        ServerCallStreamObserver<PublishResponse> call = (ServerCallStreamObserver<PublishResponse>) responses;
        call.disableAutoRequest();
        String who;
        try {
            who = Callers.who();
        } catch (InvalidField e) {
            call.onError(toGrpc.apply(e));
            return new Refused();
        }
        PublishCall publish =
                new PublishCall(publisher, workers, config.idleTimeout(), arrivals.begin(), toGrpc, call, who);
        call.setOnCancelHandler(publish::cancelled);
        call.request(1);
        return publish;
    }

    /** Takes what is still on its way of a call that was refused at once. */
    private static final class Refused implements StreamObserver<PublishRequest> {
        @Override
        public void onNext(PublishRequest request) {}

        @Override
        public void onError(Throwable broken) {}

        @Override
        public void onCompleted() {}
    }
}
