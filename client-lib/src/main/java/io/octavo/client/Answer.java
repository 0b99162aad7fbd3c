package io.octavo.client;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/** The answer of a call that has one; cancelling it ends the call. */
final class Answer<Q, A> implements ClientResponseObserver<Q, A> {
    final CompletableFuture<A> future = new CompletableFuture<>();

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> call) {
        var unused = future.whenComplete((answer, error) -> {
            if (error instanceof CancellationException) {
                call.cancel("not wanted any more", null);
            }
        });
    }

    @Override
    public void onNext(A message) {
        future.complete(message);
    }

    @Override
    public void onError(Throwable error) {
        future.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
        future.completeExceptionally(OctavoException.passing("the service answered with nothing", null));
    }
}
