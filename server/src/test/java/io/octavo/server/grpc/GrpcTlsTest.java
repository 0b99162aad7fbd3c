package io.octavo.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import io.octavo.server.tls.Handshake;
import io.octavo.server.tls.ServerTls;
import io.octavo.server.tls.TestAuthority;
import io.octavo.server.tls.TestTls;
import io.octavo.server.tls.TlsConfig.ClientAuth;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real handshakes on a real server. */
class GrpcTlsTest {
    @TempDir
    private Path folder;

    private TestTls files;

    @BeforeEach
    void files() {
        files = new TestTls(folder);
    }

    @Test
    void newFilesAreShownToNewConnectionsAndOpenOnesGoOn() throws IOException {
        ServerTls tls = files.read(ClientAuth.NONE);
        try (GrpcServer server = start(tls)) {
            ManagedChannel open = channel(server, files.ca(), null);
            try {
                assertThat(serving(open)).isEqualTo(ServingStatus.SERVING);
                files.show("second");
                tls.reload();

                assertThat(Handshake.nameShown(server.port(), files.ca(), null, "h2"))
                        .isEqualTo("CN=second");
                assertThat(serving(open)).isEqualTo(ServingStatus.SERVING);
                assertThat(open.getState(false).name()).isEqualTo("READY");
            } finally {
                open.shutdownNow();
            }
        }
    }

    @Test
    void whoTrustsAnotherAuthorityOrSpeaksPlainTextGetsNoAnswer() throws IOException {
        try (GrpcServer server = start(files.read(ClientAuth.NONE))) {
            Path foreign = new TestAuthority("somebody else").file(folder);
            assertThatThrownBy(() -> Handshake.nameShown(server.port(), foreign, null, "h2"))
                    .isInstanceOf(IOException.class);
            ManagedChannel plain = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                    .usePlaintext()
                    .build();
            try {
                assertThatThrownBy(() -> serving(plain)).isInstanceOf(StatusRuntimeException.class);
            } finally {
                plain.shutdownNow();
            }
        }
    }

    @Test
    void aClientThatMustShowWhoItIsIsRefusedWithoutACertificateOfTheRightAuthority() throws IOException {
        try (GrpcServer server = start(files.read(ClientAuth.NEED))) {
            assertThat(answers(server, files.authority().sign("client"))).isTrue();
            assertThat(answers(server, null)).isFalse();
            assertThat(answers(server, new TestAuthority("somebody else").sign("client")))
                    .isFalse();
        }
        // A client that is not of an authority that the server names shows nothing.
        try (GrpcServer server = start(files.read(ClientAuth.WANT))) {
            assertThat(answers(server, files.authority().sign("client"))).isTrue();
            assertThat(answers(server, null)).isTrue();
        }
    }

    private static GrpcServer start(ServerTls tls) throws IOException {
        GrpcServer server = new GrpcServer(
                GrpcFixture.config(10, 2, Duration.ofSeconds(1)),
                List.of(),
                Set.of(),
                List.of(),
                new GrpcErrors(() -> "id"),
                GrpcTls.of(tls));
        server.start();
        return server;
    }

    private boolean answers(GrpcServer server, @Nullable X509Bundle shown) throws IOException {
        ManagedChannel channel = channel(server, files.ca(), shown);
        try {
            return serving(channel) == ServingStatus.SERVING;
        } catch (StatusRuntimeException e) {
            return false;
        } finally {
            channel.shutdownNow();
        }
    }

    private static ServingStatus serving(ManagedChannel channel) {
        return HealthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus();
    }

    private static ManagedChannel channel(GrpcServer server, Path ca, @Nullable X509Bundle shown) throws IOException {
        SslContextBuilder context = GrpcSslContexts.forClient().trustManager(ca.toFile());
        if (shown != null) {
            context.keyManager(shown.getKeyPair().getPrivate(), shown.getCertificatePath());
        }
        return NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .sslContext(context.build())
                .build();
    }
}
