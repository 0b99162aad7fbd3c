package io.octavo.server.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Gives each call an id, the caller's if it is a sane one, and answers it in the metadata; log lines of the call carry
 * it. Calls that run on the transport's threads get one only when something goes wrong: they log nothing else.
 */
public final class RequestIds implements ServerInterceptor {
    /** The metadata key, of questions and answers. */
    static final Metadata.Key<String> HEADER = Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

    private static final String LOG_KEY = "requestId";
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
    private static final Context.Key<String> CURRENT = Context.key("octavo-request-id");

    private final Set<String> without;

    /** @param without full names of the methods that get none */
    RequestIds(Set<String> without) {
        this.without = Set.copyOf(without);
    }

    /** The id of the current call; a new one if there is none. */
    public static String current() {
        String known = CURRENT.get();
        return known == null ? UUID.randomUUID().toString() : known;
    }

    /** Runs what a call hands over with the id of that call. */
    public static Executor carriedTo(Executor executor) {
        return work -> {
            Context context = Context.current();
            executor.execute(context.wrap(() -> logged(CURRENT.get(), work)));
        };
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (without.contains(call.getMethodDescriptor().getFullMethodName())) {
            return next.startCall(call, headers);
        }
        String given = headers.get(HEADER);
        String id = given != null && SANE.matcher(given).matches()
                ? given
                : UUID.randomUUID().toString();
        Context context = Context.current().withValue(CURRENT, id);
        MDC.put(LOG_KEY, id);
        try {
            return new Logged<>(Contexts.interceptCall(context, new Answered<>(call, id), headers, next), id);
        } finally {
            MDC.remove(LOG_KEY);
        }
    }

    private static void logged(@Nullable String id, Runnable step) {
        if (id == null) {
            step.run();
            return;
        }
        MDC.put(LOG_KEY, id);
        try {
            step.run();
        } finally {
            MDC.remove(LOG_KEY);
        }
    }

    private static final class Answered<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final String id;

        Answered(ServerCall<Q, A> call, String id) {
            super(call);
            this.id = id;
        }

        @Override
        public void sendHeaders(Metadata headers) {
            headers.put(HEADER, id);
            super.sendHeaders(headers);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            trailers.discardAll(HEADER);
            trailers.put(HEADER, id);
            super.close(status, trailers);
        }
    }

    private static final class Logged<Q> extends SimpleForwardingServerCallListener<Q> {
        private final String id;

        Logged(ServerCall.Listener<Q> listener, String id) {
            super(listener);
            this.id = id;
        }

        @Override
        public void onMessage(Q message) {
            logged(id, () -> super.onMessage(message));
        }

        @Override
        public void onHalfClose() {
            logged(id, super::onHalfClose);
        }

        @Override
        public void onCancel() {
            logged(id, super::onCancel);
        }

        @Override
        public void onComplete() {
            logged(id, super::onComplete);
        }

        @Override
        public void onReady() {
            logged(id, super::onReady);
        }
    }
}
