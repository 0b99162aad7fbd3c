package io.octavo.client;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Opens connections. They carry no encryption yet.
 *
 * @param who         user@host, sent with each call
 * @param credentials sent with each call too
 * @param keepAlive   how long nothing may come in during a call before the connection is tried; a node must allow it
 */
record Channels(Supplier<String> who, Credentials credentials, Duration keepAlive) {
    private static final Metadata.Key<String> WHO = Metadata.Key.of("octavo-who", Metadata.ASCII_STRING_MARSHALLER);
    /** Many payloads can ride along with one answer. */
    private static final int LARGEST_ANSWER = 64 << 20;

    private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(10);

    /** @param address host:port */
    ManagedChannel open(String address) {
        Metadata metadata = new Metadata();
        metadata.put(WHO, who.get().replaceAll("[^\\x21-\\x7e]", "?"));
        return NettyChannelBuilder.forAddress(Bounds.host(address), Bounds.port(address))
                .usePlaintext()
                .maxInboundMessageSize(LARGEST_ANSWER)
                .keepAliveTime(keepAlive.toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .intercept(MetadataUtils.newAttachHeadersInterceptor(metadata), credentials)
                .build();
    }
}
