package io.octavo.server.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.function.Consumer;

/** Ends calls whose handler throws, or answers with a bare exception, with the status that {@link GrpcErrors} gives. */
final class ErrorMapping implements ServerInterceptor {
    private final GrpcErrors errors;

    ErrorMapping(GrpcErrors errors) {
        this.errors = errors;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        MappedCall<Q, A> mapped = new MappedCall<>(call);
        try {
            return new MappedListener<>(next.startCall(mapped, headers), mapped::fail);
        } catch (RuntimeException e) {
            mapped.fail(e);
            return new ServerCall.Listener<>() {};
        }
    }

    private final class MappedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private boolean closed;

        MappedCall(ServerCall<Q, A> call) {
            super(call);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            Throwable cause = status.getCause();
            if (status.getCode() == Status.Code.UNKNOWN && cause != null) {
                fail(cause);
            } else if (!closed) {
                closed = true;
                super.close(status, trailers);
            }
        }

        void fail(Throwable failure) {
            if (closed) {
                return;
            }
            closed = true;
            StatusRuntimeException mapped = errors.status(failure);
            Metadata trailers = mapped.getTrailers();
            super.close(mapped.getStatus(), trailers == null ? new Metadata() : trailers);
        }
    }

    private static final class MappedListener<Q> extends SimpleForwardingServerCallListener<Q> {
        private final Consumer<Throwable> failed;

        MappedListener(ServerCall.Listener<Q> listener, Consumer<Throwable> failed) {
            super(listener);
            this.failed = failed;
        }

        @Override
        public void onMessage(Q message) {
            guarded(() -> super.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            guarded(super::onHalfClose);
        }

        @Override
        public void onReady() {
            guarded(super::onReady);
        }

        private void guarded(Runnable step) {
            try {
                step.run();
            } catch (RuntimeException e) {
                failed.accept(e);
            } catch (Error e) {
                failed.accept(e);
                throw e;
            }
        }
    }
}
