package io.octavo.server.grpc;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.octavo.server.tls.Identity;
import io.octavo.server.tls.ServerTls;
import io.octavo.server.tls.TlsMaterial;
import io.octavo.tls.Authorities;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The TLS of a gRPC server: each handshake takes what the node's files had last. */
public final class GrpcTls {
    private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    private final AdvancedTlsX509TrustManager clients;
    private final SslContext context;

    private GrpcTls(ServerTls tls) throws GeneralSecurityException, SSLException {
        clients = AdvancedTlsX509TrustManager.newBuilder()
                .setVerification(Verification.CERTIFICATE_ONLY_VERIFICATION)
                .build();
        take(tls.material());
        SslContextBuilder builder = GrpcSslContexts.configure(SslContextBuilder.forServer(keys))
                .protocols("TLSv1.3", "TLSv1.2")
                .clientAuth(
                        switch (tls.clientAuth()) {
                            case NONE -> ClientAuth.NONE;
                            case WANT -> ClientAuth.OPTIONAL;
                            case NEED -> ClientAuth.REQUIRE;
                        });
        context = tls.material().clients() == null
                ? builder.build()
                : builder.trustManager(clients).build();
    }

    /** Takes what the files have, now and whenever they change. */
    public static GrpcTls of(ServerTls tls) {
        try {
            GrpcTls made = new GrpcTls(tls);
            tls.onChange(made::take);
            return made;
        } catch (GeneralSecurityException | SSLException e) {
            throw new IllegalStateException("this Java can't speak TLS", e);
        }
    }

    SslContext context() {
        return context;
    }

    private void take(TlsMaterial material) {
        Identity identity = material.identity();
        keys.updateIdentityCredentials(array(identity.chain()), identity.key());
        @Nullable Authorities authorities = material.clients();
        if (authorities != null) {
            try {
                clients.updateTrustCredentials(array(authorities.certificates()));
            } catch (GeneralSecurityException | IOException e) {
                throw new IllegalStateException("octavo.tls.client-ca: " + e.getMessage(), e);
            }
        }
    }

    private static X509Certificate[] array(List<X509Certificate> certificates) {
        return certificates.toArray(X509Certificate[]::new);
    }
}
