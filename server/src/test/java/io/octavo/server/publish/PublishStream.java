package io.octavo.server.publish;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishRequest;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.PublishServiceGrpc;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One publish from the caller's side. */
final class PublishStream implements ClientResponseObserver<PublishRequest, PublishResponse> {
    private final CompletableFuture<PublishResponse> response = new CompletableFuture<>();
    private final CompletableFuture<ClientCallStreamObserver<PublishRequest>> requests = new CompletableFuture<>();
    private final BlockingQueue<Boolean> ready = new LinkedBlockingQueue<>();

    PublishStream(Channel channel) {
        PublishServiceGrpc.newStub(channel).publish(this);
    }

    ClientCallStreamObserver<PublishRequest> requests() {
        return requests.join();
    }

    /** Sends once the transport takes more, as a caller with little memory does. */
    void send(PublishRequest request) throws InterruptedException {
        while (!requests().isReady() && !response.isDone()) {
            ready.poll(100, TimeUnit.MILLISECONDS);
        }
        requests().onNext(request);
    }

    boolean isAnswered() {
        return response.isDone();
    }

    /** Sends a byte after a while, unless there is an answer before. */
    void trickle() throws InterruptedException, ExecutionException {
        try {
            response.handle((answer, failure) -> failure).get(20, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            send(chunk("x"));
        }
    }

    PublishResponse end() throws Exception {
        requests().onCompleted();
        return response.get(10, TimeUnit.SECONDS);
    }

    StatusRuntimeException failure() throws Exception {
        try {
            throw new AssertionError("answered: " + response.get(10, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return (StatusRuntimeException) requireNonNull(e.getCause());
        }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<PublishRequest> stream) {
        stream.setOnReadyHandler(() -> ready.add(true));
        requests.complete(stream);
    }

    @Override
    public void onNext(PublishResponse value) {
        response.complete(value);
    }

    @Override
    public void onError(Throwable failure) {
        response.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {}

    static PublishRequest header(PublishHeader header) {
        return PublishRequest.newBuilder().setHeader(header).build();
    }

    static PublishRequest chunk(String text) {
        return PublishRequest.newBuilder()
                .setChunk(ByteString.copyFromUtf8(text))
                .build();
    }
}
