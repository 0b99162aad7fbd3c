package io.octavo.server.security;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets in calls whose metadata {@code authorization} shows a good token, and checks each message against what its
 * sender may do. Belongs around all else, on the transport's threads, for nothing here blocks: a token that must be
 * looked up delays its call, and strangers take nobody's place.
 */
public final class GrpcSignIn implements ServerInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final SignIns signIns;
    private final Function<Throwable, StatusRuntimeException> toGrpc;

    /** @param toGrpc maps refusals */
    public GrpcSignIn(SignIns signIns, Function<Throwable, StatusRuntimeException> toGrpc) {
        this.signIns = signIns;
        this.toGrpc = toGrpc;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (GrpcRights.isOpen(call.getMethodDescriptor().getFullMethodName())) {
            return next.startCall(call, headers);
        }
        try {
            return signedIn(call, headers, next);
        } catch (ServiceException e) {
            refuse(call, e);
            return new ServerCall.Listener<>() {};
        }
    }

    private <Q, A> ServerCall.Listener<Q> signedIn(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String authorization = authorization(headers);
        String address = address(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        Context context = Context.current();
        Identity known = signIns.ifKnown(authorization, address);
        if (known != null) {
            return start(known, context, call, headers, next);
        }
        DelayedCall<Q> delayed = new DelayedCall<>(failure -> refuse(call, failure));
        var unused = signIns.find(authorization, address).whenComplete((identity, failure) -> {
            if (failure == null) {
                delayed.start(() -> start(identity, context, call, headers, next));
            } else {
                delayed.fail(SignIns.refusal(failure));
            }
        });
        return delayed;
    }

    private <Q, A> ServerCall.Listener<Q> start(
            Identity who, Context context, ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        var check = GrpcRights.check(call.getMethodDescriptor().getFullMethodName());
        return new CheckedCall<>(
                Contexts.interceptCall(who.in(context), call, headers, next),
                message -> check.accept(who, message),
                failure -> refuse(call, failure));
    }

    private void refuse(ServerCall<?, ?> call, Throwable failure) {
        StatusRuntimeException status = toGrpc.apply(failure);
        Metadata trailers = status.getTrailers();
        call.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    private static @Nullable String authorization(Metadata headers) {
        Iterable<String> all = headers.removeAll(AUTHORIZATION);
        String only = null;
        if (all != null) {
            for (String one : all) {
                if (only != null) {
                    throw ServiceException.of(
                            ErrorCode.UNAUTHENTICATED, "Authorization: several (expected: Bearer and a token, once)");
                }
                only = one;
            }
        }
        return only;
    }

    private static String address(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : "unknown";
    }
}
