package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.octavo.tls.Authorities;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real handshakes with a server whose authority Java doesn't know. */
@Timeout(60)
class AuthoritiesOptionTest {
    @TempDir
    private Path folder;

    private HttpsServer server;
    private Path authority;

    @BeforeEach
    void start() throws Exception {
        X509Bundle ca = authority();
        authority = Files.writeString(folder.resolve("ca.pem"), ca.getCertificatePEM());
        X509Bundle signed = new CertificateBuilder()
                .subject("CN=server")
                .addSanIpAddress("127.0.0.1")
                .rsa2048()
                .buildIssuedBy(ca);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(Authorities.context(
                signed.toKeyManagerFactory().getKeyManagers(),
                Authorities.read("ca", authority).alone())));
        server.createContext("/", exchange -> {
            byte[] status = "{\"environment\":\"test\",\"ready\":true,\"nodes\":[],\"stores\":[]}"
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, status.length);
            exchange.getResponseBody().write(status);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aServerOfAGivenAuthorityIsBelieved() {
        assertThat(run().status("status", "--json", "--ca", authority.toString()))
                .isZero();
        Run byVariable = run().environment("OCTAVO_CA", authority.toString());
        assertThat(byVariable.status("status", "--json")).isZero();
        assertThat(byVariable.json().path("environment").stringValue()).isEqualTo("test");
    }

    @Test
    void aServerOfAnotherAuthorityIsNot() throws Exception {
        Run nothingGiven = run();
        assertThat(nothingGiven.status("status")).isNotZero();
        assertThat(nothingGiven.err()).contains("TLS failed");

        Path foreign =
                Files.writeString(folder.resolve("foreign.pem"), authority().getCertificatePEM());
        Run given = run();
        assertThat(given.status("status", "--ca", foreign.toString())).isNotZero();
        assertThat(given.err()).contains("TLS failed");
    }

    @Test
    void aFileThatIsNoneIsAWrongArgument() {
        Run missing = run();
        assertThat(missing.status("status", "--ca", "none.pem")).isEqualTo(2);
        assertThat(missing.err()).contains("--ca: none.pem");
        Run variable = run().environment("OCTAVO_CA", "none.pem");
        assertThat(variable.status("status")).isEqualTo(2);
        assertThat(variable.err()).contains("OCTAVO_CA: none.pem");
    }

    private Run run() {
        return new Run()
                .environment(
                        "OCTAVO_SERVER",
                        "https://127.0.0.1:" + server.getAddress().getPort());
    }

    private static X509Bundle authority() throws Exception {
        return new CertificateBuilder()
                .subject("CN=octavo test")
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildSelfSigned();
    }
}
