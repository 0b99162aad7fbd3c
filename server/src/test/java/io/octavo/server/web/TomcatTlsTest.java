package io.octavo.server.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.X509Bundle;
import io.octavo.server.tls.Handshake;
import io.octavo.server.tls.ServerTls;
import io.octavo.server.tls.TestAuthority;
import io.octavo.server.tls.TestTls;
import io.octavo.server.tls.TlsConfig.ClientAuth;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real handshakes on a real server. */
class TomcatTlsTest {
    private static final String HTTP = "http/1.1";

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
        try (TestNode node = TestNode.start(tls);
                SSLSocket open = Handshake.connect(node.port(), files.ca(), null, HTTP)) {
            assertThat(status(open)).isEqualTo("HTTP/1.1 200");
            files.show("second");
            tls.reload();

            assertThat(Handshake.nameShown(node.port(), files.ca(), null, HTTP)).isEqualTo("CN=second");
            assertThat(status(open)).isEqualTo("HTTP/1.1 200");
            assertThat(open.getSession().getProtocol()).isEqualTo("TLSv1.3");
        }
    }

    @Test
    void whoTrustsAnotherAuthorityGetsNoAnswer() throws IOException {
        Path foreign = new TestAuthority("somebody else").file(folder);
        try (TestNode node = TestNode.start(files.read(ClientAuth.NONE))) {
            assertThatThrownBy(() -> Handshake.nameShown(node.port(), foreign, null, HTTP))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aClientThatMustShowWhoItIsIsRefusedWithoutACertificateOfTheRightAuthority() {
        try (TestNode node = TestNode.start(files.read(ClientAuth.NEED))) {
            assertThat(answers(node, files.authority().sign("client"))).isTrue();
            assertThat(answers(node, null)).isFalse();
            assertThat(answers(node, new TestAuthority("somebody else").sign("client")))
                    .isFalse();
        }
    }

    private boolean answers(TestNode node, @Nullable X509Bundle shown) {
        try (SSLSocket socket = Handshake.connect(node.port(), files.ca(), shown, HTTP)) {
            return status(socket).equals("HTTP/1.1 200");
        } catch (IOException e) {
            return false;
        }
    }

    /** Asks on an open connection, which stays open. */
    private static String status(SSLSocket socket) throws IOException {
        socket.getOutputStream().write("HEAD /api/v1/topics HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
        StringBuilder head = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed after: " + head);
            }
            head.append((char) next);
        }
        return head.substring(0, "HTTP/1.1 200".length());
    }
}
