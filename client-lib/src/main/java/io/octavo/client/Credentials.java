package io.octavo.client;

import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.octavo.rules.ErrorCode;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What this process shows to say who it is: a token, asked for anew at each call. Without one, nothing is shown. The
 * token gets into no message.
 */
final class Credentials implements ClientInterceptor {
    static final String HEADER = "authorization";

    private static final Metadata.Key<String> AUTHORIZATION = Metadata.Key.of(HEADER, Metadata.ASCII_STRING_MARSHALLER);
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,8192}");

    private final @Nullable Supplier<String> token;

    Credentials(@Nullable Supplier<String> token) {
        this.token = token;
    }

    /**
     * The value of the header; null if there is no token.
     *
     * @throws OctavoException UNAUTHENTICATED if the supplier throws, or has none that can be shown
     */
    @Nullable
    String authorization() {
        if (token == null) {
            return null;
        }
        String given;
        try {
            given = token.get();
        } catch (RuntimeException e) {
            throw OctavoException.lasting(ErrorCode.UNAUTHENTICATED, "token: its supplier failed", e);
        }
        if (given == null || !TOKEN.matcher(given).matches()) {
            throw OctavoException.lasting(
                    ErrorCode.UNAUTHENTICATED,
                    "token: something else (expected: 1 to 8192 printable ASCII characters without blanks)",
                    null);
        }
        return "Bearer " + given;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        return next.newCall(method, token == null ? options : options.withCallCredentials(new Bearer()));
    }

    /** Asks for the token away from the transport's threads. */
    private final class Bearer extends CallCredentials {
        @Override
        public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
            executor.execute(() -> {
                Metadata shown = new Metadata();
                try {
                    String authorization = authorization();
                    if (authorization != null) {
                        shown.put(AUTHORIZATION, authorization);
                    }
                } catch (OctavoException e) {
                    applier.fail(Status.UNAUTHENTICATED.withDescription(e.getMessage()));
                    return;
                }
                applier.apply(shown);
            });
        }
    }
}
