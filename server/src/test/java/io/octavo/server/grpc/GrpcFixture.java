package io.octavo.server.grpc;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.springframework.util.unit.DataSize;

/** A server on a free port of the loopback, and a channel to it. */
public final class GrpcFixture implements AutoCloseable {
    private final GrpcServer server;
    private final ManagedChannel channel;

    private GrpcFixture(GrpcServer server) throws IOException {
        this.server = server;
        server.start();
        channel = NettyChannelBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))
                .usePlaintext()
                .build();
    }

    /** Starts a server with these services. */
    public static GrpcFixture of(List<BindableService> services, Set<String> onTransport) throws IOException {
        return of(config(100, 4, Duration.ofSeconds(5)), services, onTransport, List.of());
    }

    /** Starts a server whose errors name the request that they are about. */
    static GrpcFixture withRequestIds(List<BindableService> services, Set<String> onTransport) throws IOException {
        return new GrpcFixture(new GrpcServer(
                config(100, 4, Duration.ofSeconds(5)),
                services,
                onTransport,
                List.of(),
                new GrpcErrors(RequestIds::current),
                null));
    }

    /** Starts a server with these services, behind an interceptor around all else. */
    public static GrpcFixture behind(ServerInterceptor first, List<BindableService> services, Set<String> onTransport)
            throws IOException {
        GrpcConfig config = config(100, 4, Duration.ofSeconds(5));
        return new GrpcFixture(new GrpcServer(
                config, services, onTransport, first, List.of(), new GrpcErrors(() -> "request-7"), null));
    }

    static GrpcFixture of(
            GrpcConfig config,
            List<BindableService> services,
            Set<String> onTransport,
            List<ServerInterceptor> interceptors)
            throws IOException {
        return new GrpcFixture(
                new GrpcServer(config, services, onTransport, interceptors, new GrpcErrors(() -> "request-7"), null));
    }

    static GrpcConfig config(int maxCalls, int workerThreads, Duration drain) {
        return new GrpcConfig(
                InetAddress.getLoopbackAddress().getHostAddress() + ":0",
                DataSize.ofMegabytes(4),
                DataSize.ofKilobytes(16),
                100,
                maxCalls,
                workerThreads,
                Duration.ofMinutes(1),
                Duration.ofSeconds(2),
                drain);
    }

    GrpcServer server() {
        return server;
    }

    /** The channel; closed with this. */
    public ManagedChannel channel() {
        return channel;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.close();
    }
}
