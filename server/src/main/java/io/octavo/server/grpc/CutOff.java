package io.octavo.server.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Ends a call at once, from this side, and forgets what of its answer the network has not taken. An error would wait in line
 * behind that, for as long as a caller likes who takes nothing. Callers see that the call was cancelled.
 */
public final class CutOff {
    private static final Context.Key<Context.CancellableContext> CALL = Context.key("octavo-call");
    private static final ServerStreamTracer NONE = new ServerStreamTracer() {};

    private CutOff() {}

    /** Makes it possible, but for some methods. */
    static ServerStreamTracer.Factory except(Set<String> methods) {
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
                return methods.contains(method) ? NONE : new Call();
            }
        };
    }

    /** Cuts off the call that asks, when it is run; any thread may. Does nothing to a call that can't be. */
    public static Runnable ofThisCall(String why) {
        Context.CancellableContext call = CALL.get();
        return () -> {
            if (call != null) {
                // A deadline that is over is the one thing for which the server resets a stream.
                call.cancel(new TimeoutException(why));
            }
        };
    }

    /** Puts a context of our own around the call's: that one can't be got at from inside. */
    private static final class Call extends ServerStreamTracer {
        private volatile Context.@Nullable CancellableContext own;

        @Override
        public Context filterContext(Context context) {
            Context.CancellableContext cancellable = context.withCancellation();
            own = cancellable;
            return cancellable.withValue(CALL, cancellable);
        }

        @Override
        public void streamClosed(Status status) {
            Context.CancellableContext context = own;
            if (context != null) {
                context.cancel(null);
            }
        }
    }
}
