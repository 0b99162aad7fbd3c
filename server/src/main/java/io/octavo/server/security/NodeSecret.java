package io.octavo.server.security;

import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.stub.MetadataUtils;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * What nodes show one another: calls of {@code octavo.v1.NodeService} must carry the secret that all nodes share.
 * Without one, such calls are refused if security is on, and free if it is off.
 */
public final class NodeSecret implements ServerInterceptor {
    /** The service that only nodes call. */
    static final String SERVICE = "octavo.v1.NodeService";

    private static final Metadata.Key<String> KEY =
            Metadata.Key.of("octavo-node-secret", Metadata.ASCII_STRING_MARSHALLER);

    private final SecurityConfig config;

    public NodeSecret(SecurityConfig config) {
        this.config = config;
    }

    /** For a node's calls to others: shows them the secret. */
    public ClientInterceptor shown() {
        Metadata metadata = new Metadata();
        if (!config.nodeSecret().isEmpty()) {
            metadata.put(KEY, config.nodeSecret());
        }
        return MetadataUtils.newAttachHeadersInterceptor(metadata);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (SERVICE.equals(call.getMethodDescriptor().getServiceName())) {
            check(headers.get(KEY));
            headers.discardAll(KEY);
        }
        return next.startCall(call, headers);
    }

    private void check(@Nullable String shown) {
        if (config.nodeSecret().isEmpty() && !config.enabled()) {
            return;
        }
        if (shown == null || config.nodeSecret().isEmpty() || !isSame(shown, config.nodeSecret())) {
            throw ServiceException.of(
                    ErrorCode.UNAUTHENTICATED,
                    "octavo-node-secret: not the one of this node (expected: octavo.security.node-secret, the same on"
                            + " all nodes)");
        }
    }

    /** In a time that tells nothing, of lengths neither. */
    private static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(
                Digests.sha256(one.getBytes(StandardCharsets.UTF_8)),
                Digests.sha256(other.getBytes(StandardCharsets.UTF_8)));
    }
}
