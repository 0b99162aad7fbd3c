package io.octavo.server.peers;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.octavo.server.tls.Identity;
import io.octavo.server.tls.ServerTls;
import io.octavo.server.tls.TlsMaterial;
import io.octavo.tls.Authorities;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The TLS of calls to other nodes: whom this one believes, and what it shows when it is asked who it is. */
public final class PeerTls {
    private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
    private final SslContext context;

    /**
     * @param nodeCa file of the authorities that alone are believed; empty = those that the Java runtime knows
     * @param own    what this node's servers show, and so its calls; null = nothing
     * @throws io.octavo.rules.InvalidField if the file can't be read
     */
    public PeerTls(String nodeCa, @Nullable ServerTls own) {
        SslContextBuilder builder = GrpcSslContexts.forClient().protocols("TLSv1.3", "TLSv1.2");
        if (!nodeCa.isEmpty()) {
            builder.trustManager(
                    Authorities.read("octavo.tls.node-ca", Path.of(nodeCa)).alone()[0]);
        }
        if (own != null) {
            show(own.material());
            own.onChange(this::show);
            builder.keyManager(keys);
        }
        try {
            context = builder.build();
        } catch (SSLException e) {
            throw new IllegalStateException("this Java can't speak TLS", e);
        }
    }

    SslContext context() {
        return context;
    }

    private void show(TlsMaterial material) {
        Identity identity = material.identity();
        keys.updateIdentityCredentials(identity.chain().toArray(X509Certificate[]::new), identity.key());
    }
}
