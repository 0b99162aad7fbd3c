package io.octavo.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import io.octavo.server.tls.TlsConfig.ClientAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerTlsTest {
    private final Instant now = Instant.now();
    private final List<TlsMaterial> told = new ArrayList<>();

    @TempDir
    private Path folder;

    private TestTls files;

    @BeforeEach
    void files() {
        files = new TestTls(folder);
    }

    @Test
    void serversAreToldWhenTheFilesHaveChangedAndOnlyThen() {
        ServerTls tls = files.read(ClientAuth.NONE);
        tls.onChange(told::add);
        tls.reload();
        assertThat(told).isEmpty();

        files.show("second");
        tls.reload();
        tls.reload();
        assertThat(told).hasSize(1).containsExactly(tls.material());
        assertThat(name(tls)).isEqualTo("CN=second");
        assertThat(reloads("taken")).isEqualTo(1);
    }

    @Test
    void aBrokenFileKeepsWhatWasGoodAndIsCounted() throws IOException {
        ServerTls tls = files.read(ClientAuth.NONE);
        tls.onChange(told::add);
        Files.writeString(files.certificate(), "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n");
        tls.reload();
        Files.delete(files.certificate());
        tls.reload();
        // The key is new already, the certificate is still the old one.
        files.show("first");
        Files.writeString(files.key(), files.authority().sign("third").getPrivateKeyPEM());
        tls.reload();

        assertThat(told).isEmpty();
        assertThat(name(tls)).isEqualTo("CN=first");
        assertThat(reloads("refused")).isEqualTo(3);

        files.show("fourth");
        tls.reload();
        assertThat(name(tls)).isEqualTo("CN=fourth");
    }

    @Test
    void anExpiredCertificateIsNotTaken() {
        ServerTls tls = files.read(ClientAuth.NONE);
        files.show(files.authority().sign("old", now.minus(Duration.ofDays(2)), now.minus(Duration.ofDays(1))));
        tls.reload();
        assertThat(name(tls)).isEqualTo("CN=first");
        assertThatThrownBy(() -> files.read(ClientAuth.NONE))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("octavo.tls.certificate: ");
    }

    @Test
    void itIsToldHowLongTheCertificateIsStillGood() {
        files.show(files.authority().sign("short", now.minusSeconds(10), now.plusSeconds(1000)));
        files.read(ClientAuth.NONE, InstantSource.fixed(now.plusSeconds(100)));
        assertThat(files.meters().get("octavo.tls.expiry").gauge().value()).isBetween(898.0, 901.0);
    }

    @Test
    void aNodeDoesNotStartWithFilesThatCanNotBeTaken() throws IOException {
        Files.writeString(files.key(), "secret words");
        assertThatThrownBy(() -> files.read(ClientAuth.NONE))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("octavo.tls.key: ")
                .hasMessageNotContaining("secret words");
        Files.delete(files.certificate());
        assertThatThrownBy(() -> files.read(ClientAuth.NONE)).hasMessageStartingWith("octavo.tls.certificate: ");
    }

    private static String name(ServerTls tls) {
        return tls.material()
                .identity()
                .chain()
                .get(0)
                .getSubjectX500Principal()
                .getName();
    }

    private double reloads(String outcome) {
        return files.meters()
                .get("octavo.tls.reloads")
                .tag("outcome", outcome)
                .counter()
                .count();
    }
}
