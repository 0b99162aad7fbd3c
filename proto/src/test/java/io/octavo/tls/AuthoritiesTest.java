package io.octavo.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done with a file of authorities; handshakes are tried with servers. */
final class AuthoritiesTest {
    @TempDir
    private Path folder;

    @Test
    void allCertificatesOfAFileAreBelievedAlone() throws Exception {
        List<X509Certificate> two = known().subList(0, 2);
        Authorities authorities = Authorities.read("ca", file(two));

        assertThat(authorities.certificates()).isEqualTo(two);
        assertThat(accepted(authorities.alone())).containsExactlyInAnyOrderElementsOf(two);
        assertThat(Authorities.context(null, authorities.alone()).getProtocol()).isEqualTo("TLS");
    }

    @Test
    void orBesideThoseThatTheRuntimeKnows() throws Exception {
        Authorities authorities = Authorities.read("ca", file(known().subList(0, 1)));

        assertThat(accepted(authorities.besidesKnown())).containsAll(known());
    }

    @Test
    void aFileThatCanNotBeReadIsRefusedByItsName() throws IOException {
        Path missing = folder.resolve("none.pem");
        assertThatThrownBy(() -> Authorities.read("--ca", missing))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("--ca: " + missing);
        Path garbage = Files.writeString(
                folder.resolve("garbage.pem"), "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> Authorities.read("--ca", garbage)).isInstanceOf(InvalidField.class);
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        assertThatThrownBy(() -> Authorities.read("--ca", empty))
                .isInstanceOf(InvalidField.class)
                .hasMessageEndingWith("(expected: a readable file of certificates in PEM)");
    }

    private Path file(List<X509Certificate> certificates) throws CertificateEncodingException, IOException {
        StringBuilder pem = new StringBuilder("Two of them:\n");
        for (X509Certificate certificate : certificates) {
            pem.append("-----BEGIN CERTIFICATE-----\n")
                    .append(Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                            .encodeToString(certificate.getEncoded()))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        return Files.writeString(folder.resolve("ca.pem"), pem);
    }

    private static List<X509Certificate> known() throws Exception {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return accepted(factory.getTrustManagers());
    }

    private static List<X509Certificate> accepted(TrustManager[] managers) {
        return Arrays.asList(((X509TrustManager) managers[0]).getAcceptedIssuers());
    }
}
