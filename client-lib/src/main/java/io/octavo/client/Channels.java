package io.octavo.client;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.octavo.tls.Authorities;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections, with TLS where the address says so.
 *
 * @param who         user@host, sent with each call
 * @param credentials sent with each call too
 * @param keepAlive   how long nothing may come in during a call before the connection is tried; a node must allow it
 * @param trusted     believed about nodes, beside those that the Java runtime knows; null = no others
 */
record Channels(
        Supplier<String> who,
        Credentials credentials,
        Duration keepAlive,
        @Nullable Authorities trusted) {
    private static final Metadata.Key<String> WHO = Metadata.Key.of("octavo-who", Metadata.ASCII_STRING_MARSHALLER);
    /** Many payloads can ride along with one answer. */
    private static final int LARGEST_ANSWER = 64 << 20;

    private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(10);

    /** @param address host:port, after https:// where it speaks TLS */
    ManagedChannel open(String address) {
        Metadata metadata = new Metadata();
        metadata.put(WHO, who.get().replaceAll("[^\\x21-\\x7e]", "?"));
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(Bounds.host(address), Bounds.port(address));
        encrypt(builder, Bounds.isTls(address));
        return builder.maxInboundMessageSize(LARGEST_ANSWER)
                .keepAliveTime(keepAlive.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .intercept(MetadataUtils.newAttachHeadersInterceptor(metadata), credentials)
                .build();
    }

    private void encrypt(NettyChannelBuilder builder, boolean tls) {
        if (!tls) {
            builder.usePlaintext();
        } else if (trusted != null) {
            try {
                builder.sslContext(GrpcSslContexts.forClient()
                        .trustManager(trusted.besidesKnown()[0])
                        .build());
            } catch (SSLException e) {
                throw new IllegalStateException("this Java can't speak TLS", e);
            }
        }
    }
}
