package io.octavo.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.octavo.client.SteppedClients.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A connection to a service that is an object in this process. Calls are answered by the thread that makes them. */
final class DirectChannel extends ManagedChannel {
    private final Service service;
    private volatile boolean closed;

    DirectChannel(Service service) {
        this.service = service;
    }

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
        return new Call<>(String.valueOf(method.getBareMethodName()));
    }

    @Override
    public String authority() {
        return SteppedClients.NOWHERE;
    }

    @Override
    public ManagedChannel shutdown() {
        closed = true;
        return this;
    }

    @Override
    public ManagedChannel shutdownNow() {
        return shutdown();
    }

    @Override
    public boolean isShutdown() {
        return closed;
    }

    @Override
    public boolean isTerminated() {
        return closed;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return closed;
    }

    /** Has one answer, which comes once all was sent. */
    private final class Call<Q, A> extends ClientCall<Q, A> {
        private final String name;
        private final List<Object> sent = new ArrayList<>();
        private final AtomicBoolean over = new AtomicBoolean();
        private @Nullable Listener<A> caller;
        private @Nullable CompletableFuture<?> answer;

        Call(String name) {
            this.name = name;
        }

        @Override
        public void start(Listener<A> listener, Metadata headers) {
            caller = listener;
            Throwable why = service.refusal();
            if (why != null || closed) {
                end(why == null ? Status.UNAVAILABLE.asRuntimeException() : why);
            }
        }

        @Override
        public void request(int messages) {}

        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {
            CompletableFuture<?> waited = answer;
            end(Status.CANCELLED.withDescription(message).withCause(cause).asRuntimeException());
            if (waited != null) {
                waited.cancel(false);
            }
        }

        @Override
        public void sendMessage(Q message) {
            sent.add(message);
        }

        @Override
        public void halfClose() {
            if (over.get()) {
                return;
            }
            CompletableFuture<?> given = service.call(name, sent);
            answer = given;
            var unused = given.whenComplete((message, error) -> {
                if (error == null) {
                    answered(message);
                } else {
                    end(error instanceof CompletionException && error.getCause() != null ? error.getCause() : error);
                }
            });
        }

        @SuppressWarnings("unchecked") // The service knows by the name what is to be answered.
        private void answered(Object message) {
            if (caller != null && !over.getAndSet(true)) {
                caller.onMessage((A) message);
                caller.onClose(Status.OK, new Metadata());
            }
        }

        private void end(Throwable why) {
            if (caller != null && !over.getAndSet(true)) {
                Metadata trailers = Status.trailersFromThrowable(why);
                caller.onClose(Status.fromThrowable(why), trailers == null ? new Metadata() : trailers);
            }
        }
    }
}
