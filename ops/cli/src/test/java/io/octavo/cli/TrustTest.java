package io.octavo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real handshakes with a server whose certificate was made for this run. */
class TrustTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    Path folder = Path.of("");

    private HttpsServer server;
    private Path ca = Path.of("");

    TrustTest() throws Exception {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() throws Exception {
        KeyStore keys = keys("server");
        ca = pem("ca.pem", keys);
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.createContext("/", exchange -> {
            byte[] body = "{\"topics\":[]}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private String address() {
        return "https://127.0.0.1:" + server.getAddress().getPort();
    }

    private KeyStore keys(String name) throws Exception {
        Path store = folder.resolve(name + ".p12");
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair -alias key -keyalg EC -validity 2 -dname CN=octavo -ext san=ip:127.0.0.1 -storetype PKCS12"
                        + " -storepass " + PASSWORD + " -keystore " + store);
        Process process = new ProcessBuilder("sh", "-c", String.join(" ", command))
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    private Path pem(String name, KeyStore keys) throws Exception {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(keys.getCertificate("key").getEncoded());
        return Files.writeString(
                folder.resolve(name), "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
    }

    @Test
    void aServerIsBelievedByItsFileOfCertificates() throws Exception {
        assertThat(new Run().status("topics", "--server", address(), "--ca", ca.toString()))
                .isZero();
        assertThat(new Run().environment("OCTAVO_CA", ca.toString()).status("topics", "--server", address()))
                .isZero();
        Run nobody = new Run();
        assertThat(nobody.status("topics", "--server", address())).isEqualTo(1);
        assertThat(nobody.err()).contains("TLS failed");
        Path foreign = pem("foreign.pem", keys("foreign"));
        assertThat(new Run().status("topics", "--server", address(), "--ca", foreign.toString()))
                .isEqualTo(1);
    }

    @Test
    void thoseThatJavaKnowsAreBelievedBesideTheFile() throws Exception {
        Path foreign = pem("foreign.pem", keys("foreign"));
        System.setProperty(
                "javax.net.ssl.trustStore", folder.resolve("server.p12").toString());
        System.setProperty("javax.net.ssl.trustStorePassword", PASSWORD);
        try {
            assertThat(new Run().status("topics", "--server", address(), "--ca", foreign.toString()))
                    .isZero();
        } finally {
            System.clearProperty("javax.net.ssl.trustStore");
            System.clearProperty("javax.net.ssl.trustStorePassword");
        }
    }

    @Test
    void nobodyIsBelievedWhereNobodyIsToBe() throws Exception {
        try (Api api = new Api(
                ServerAddress.parse("server", address()),
                Map.of(),
                new Run().shell().timing(),
                Trust.nobody())) {
            assertThatThrownBy(() -> api.peek(Target.of("topics")))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("TLS failed");
        }
    }

    @Test
    void aContextBringsItsOwn() {
        String config = folder.resolve("config").toString();
        assertThat(new Run()
                        .environment("OCTAVO_CONFIG", config)
                        .status("context", "add", "one", "--server", address(), "--ca", ca.toString()))
                .isZero();
        assertThat(new Run().environment("OCTAVO_CONFIG", config).status("topics"))
                .isZero();
        assertThat(new Run()
                        .environment("OCTAVO_CONFIG", config)
                        .environment("OCTAVO_CA", "/there/is/none")
                        .status("topics", "--context", "one"))
                .isZero();
    }

    @Test
    void aFileWithoutCertificatesIsNamed() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing");
        Run run = new Run();
        assertThat(run.status("topics", "--server", address(), "--ca", empty.toString()))
                .isEqualTo(2);
        assertThat(run.err()).startsWith("octavo: --ca: " + empty).contains("certificates in PEM");
        assertThat(new Run().status("topics", "--server", address(), "--ca", "/there/is/none"))
                .isEqualTo(2);
    }
}
