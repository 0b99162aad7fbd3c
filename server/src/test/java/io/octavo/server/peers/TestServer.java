package io.octavo.server.peers;

import io.octavo.protocol.CountAdoptionsResponse;
import io.octavo.protocol.CountConsumersResponse;
import io.octavo.protocol.CountMovesResponse;
import io.octavo.protocol.Hint;
import io.octavo.protocol.ListConsumersResponse;
import io.octavo.protocol.ListUsedTopicsResponse;
import io.octavo.server.grpc.GrpcConfig;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.GrpcServer;
import io.octavo.server.grpc.GrpcTls;
import io.octavo.server.nodes.NodeTable.Node;
import io.octavo.server.security.NodeSecret;
import io.octavo.server.security.SecurityConfig;
import io.octavo.server.tls.ServerTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** What a node shows the others, on loopback: keeps the hints that it is told. */
final class TestServer implements AutoCloseable {
    private static final NodeService.Consumers NOBODY = new NodeService.Consumers(
            request -> ListConsumersResponse.getDefaultInstance(),
            request -> CountConsumersResponse.getDefaultInstance(),
            request -> CountMovesResponse.getDefaultInstance(),
            request -> CountAdoptionsResponse.getDefaultInstance(),
            request -> ListUsedTopicsResponse.getDefaultInstance());

    private final List<Hint> hints = new CopyOnWriteArrayList<>();
    private final GrpcServer server;
    private final String scheme;

    private TestServer(int port, SecurityConfig security, @Nullable ServerTls tls) {
        scheme = tls == null ? "" : Node.TLS;
        GrpcConfig config = new GrpcConfig(
                "127.0.0.1:" + port,
                DataSize.ofMegabytes(4),
                DataSize.ofKilobytes(16),
                100,
                100,
                2,
                Duration.ofMinutes(1),
                Duration.ofSeconds(5),
                Duration.ZERO);
        server = new GrpcServer(
                config,
                List.of(new NodeService(hints::add, NOBODY)),
                Set.of(),
                List.of(new NodeSecret(security)),
                new GrpcErrors(() -> "id"),
                tls == null ? null : GrpcTls.of(tls));
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static TestServer start() {
        return start(0);
    }

    static TestServer start(int port) {
        return new TestServer(port, secret(false, ""), null);
    }

    static TestServer start(SecurityConfig security) {
        return new TestServer(0, security, null);
    }

    static TestServer start(ServerTls tls) {
        return new TestServer(0, secret(false, ""), tls);
    }

    static SecurityConfig secret(boolean enabled, String secret) {
        return new SecurityConfig(enabled, "", secret, Duration.ZERO);
    }

    /** Its row. */
    Node node(String name, String roles) {
        return node(name, roles, scheme + "127.0.0.1:" + port(), Instant.EPOCH);
    }

    static Node node(String name, String roles, String grpc, Instant started) {
        return new Node(name, roles, "eu", "", grpc, started);
    }

    int port() {
        return server.port();
    }

    /** What it was told, in that order. */
    List<Hint> hints() {
        return hints;
    }

    @Override
    public void close() {
        server.close();
    }
}
