package io.octavo.server.publish;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.octavo.server.security.Identity;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps, for the length of a gRPC call, who the caller says it is and where it calls from. Not of calls that run on the
 * transport's threads: they change nothing, and are many.
 */
public final class Callers implements ServerInterceptor {
    private static final Metadata.Key<String> CLAIMED =
            Metadata.Key.of(Who.HEADER.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<Caller> CALLER = Context.key("octavo-caller");

    private record Caller(@Nullable String claimed, String remoteHost) {}

    private final Set<String> without;

    /** @param without full names of the methods whose callers nobody asks for */
    public Callers(Set<String> without) {
        this.without = Set.copyOf(without);
    }

    /**
     * Who makes the current call: proven if security is on.
     *
     * @throws io.octavo.rules.InvalidField if what it says of itself can't be taken
     */
    static String who() {
        Identity identity = Identity.current();
        if (identity != null) {
            return identity.name();
        }
        Caller caller = CALLER.get();
        return caller == null ? Who.unverified(null, "unknown") : Who.unverified(caller.claimed(), caller.remoteHost());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (without.contains(call.getMethodDescriptor().getFullMethodName())) {
            return next.startCall(call, headers);
        }
        Caller caller =
                new Caller(headers.get(CLAIMED), host(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)));
        return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
    }

    private static String host(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : "unknown";
    }
}
