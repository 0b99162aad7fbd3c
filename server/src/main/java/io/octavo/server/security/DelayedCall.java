package io.octavo.server.security;

import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.ServerCall;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call that begins later. What the transport says of it meanwhile is kept, which is little: messages come only to who
 * asks for them. Steps run one at a time and in order, on whichever thread brings one; none blocks.
 */
final class DelayedCall<Q> extends ServerCall.Listener<Q> {
    private final Executor serial = MoreExecutors.newSequentialExecutor(MoreExecutors.directExecutor());
    private final Consumer<Throwable> failed;
    private final List<Consumer<ServerCall.Listener<Q>>> kept = new ArrayList<>();
    private boolean isStarted;
    private ServerCall.@Nullable Listener<Q> listener;

    /** @param failed ends the call with what a step threw */
    DelayedCall(Consumer<Throwable> failed) {
        this.failed = failed;
    }

    /** Begins it. */
    void start(Supplier<ServerCall.Listener<Q>> handler) {
        serial.execute(() -> {
            guarded(() -> listener = handler.get());
            for (Consumer<ServerCall.Listener<Q>> step : begin()) {
                run(step);
            }
        });
    }

    /** Ends it before it began. */
    void fail(Throwable why) {
        serial.execute(() -> {
            failed.accept(why);
            begin();
        });
    }

    private synchronized List<Consumer<ServerCall.Listener<Q>>> begin() {
        isStarted = true;
        List<Consumer<ServerCall.Listener<Q>>> steps = List.copyOf(kept);
        kept.clear();
        return steps;
    }

    private void step(Consumer<ServerCall.Listener<Q>> step) {
        synchronized (this) {
            if (!isStarted) {
                kept.add(step);
                return;
            }
        }
        serial.execute(() -> run(step));
    }

    private void run(Consumer<ServerCall.Listener<Q>> step) {
        ServerCall.Listener<Q> to = listener;
        if (to != null) {
            guarded(() -> step.accept(to));
        }
    }

    private void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            failed.accept(e);
        }
    }

    @Override
    public void onMessage(Q message) {
        step(to -> to.onMessage(message));
    }

    @Override
    public void onHalfClose() {
        step(ServerCall.Listener::onHalfClose);
    }

    @Override
    public void onReady() {
        step(ServerCall.Listener::onReady);
    }

    @Override
    public void onCancel() {
        step(ServerCall.Listener::onCancel);
    }

    @Override
    public void onComplete() {
        step(ServerCall.Listener::onComplete);
    }
}
