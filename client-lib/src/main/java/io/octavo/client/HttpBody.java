package io.octavo.client;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hands on the bytes of an HTTP answer as they come; asks for more only when they have been taken. */
final class HttpBody implements BodySubscriber<Boolean> {
    private final Consumer<ByteBuffer> taker;
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;
    private boolean stopped;

    /** @param taker what it throws ends the answer, and is the answer's failure */
    HttpBody(Consumer<ByteBuffer> taker) {
        this.taker = taker;
    }

    @Override
    public CompletionStage<Boolean> getBody() {
        return done;
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription begun) {
        subscription = begun;
        begun.request(1);
    }

    @Override
    public synchronized void onNext(List<ByteBuffer> buffers) {
        Flow.Subscription from = subscription;
        if (stopped || from == null) {
            return;
        }
        try {
            buffers.forEach(taker);
            from.request(1);
        } catch (RuntimeException e) {
            stop();
            done.completeExceptionally(e);
        }
    }

    @Override
    public void onError(Throwable error) {
        done.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
        done.complete(true);
    }

    /** Takes no more bytes: none is handed on after this has returned. */
    synchronized void stop() {
        stopped = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
