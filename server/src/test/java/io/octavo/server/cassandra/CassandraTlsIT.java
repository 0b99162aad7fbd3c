package io.octavo.server.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.X509Bundle;
import io.octavo.local.LocalCassandra;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.tls.TestAuthority;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real handshakes with a real Cassandra that wants to see a certificate. */
class CassandraTlsIT {
    private static final String PASSWORD = "changeit";
    private static final TestAuthority AUTHORITY = new TestAuthority("metadata store");

    @TempDir
    private static Path folder;

    private static LocalCassandra cassandra;

    @BeforeAll
    static void start() throws Exception {
        Path keys = store("keys.p12", AUTHORITY.sign("cassandra").toKeyStore(PASSWORD.toCharArray()));
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", AUTHORITY.sign("any").getRootCertificate());
        Path authorities = store("trusted.p12", trusted);
        // "optional": what waits for its start speaks plain text.
        String options = "{enabled: true, optional: true, require_client_auth: true, store_type: PKCS12, keystore: \""
                + keys + "\", keystore_password: " + PASSWORD + ", truststore: \"" + authorities
                + "\", truststore_password: " + PASSWORD + "}";
        cassandra = LocalCassandra.start(
                Files.createTempDirectory(Path.of("target"), "cassandra"),
                Map.of("client_encryption_options", options));
        cassandra.awaitReady(Duration.ofSeconds(60));
    }

    @AfterAll
    static void stop() {
        if (cassandra != null) {
            cassandra.close();
        }
    }

    @Test
    void aNodeThatShowsItsCertificateToAStoreOfItsAuthorityWorks() {
        try (CassandraStore store = TestCassandra.open(config(tls(AUTHORITY, AUTHORITY.sign("octavo"), true)))) {
            store.check(Duration.ofSeconds(5));
            assertThat(store.log().head("prices", io.octavo.server.topic.TopicLog.Read.SERIAL))
                    .isNull();
        }
    }

    @Test
    void aStoreOfAnotherAuthorityIsRefused() {
        TestAuthority foreign = new TestAuthority("somebody else");
        assertIsNeverReached(tls(foreign, AUTHORITY.sign("octavo"), true));
    }

    @Test
    void aNodeOfAnotherAuthorityIsRefused() {
        X509Bundle shown = new TestAuthority("somebody else").sign("octavo");
        assertIsNeverReached(tls(AUTHORITY, shown, true));
    }

    @Test
    void anExpiredCertificateIsNotEvenShown() {
        Instant now = Instant.now();
        X509Bundle old = AUTHORITY.sign("octavo", now.minus(Duration.ofDays(2)), now.minus(Duration.ofDays(1)));
        assertThatThrownBy(() -> TestCassandra.open(config(tls(AUTHORITY, old, true))))
                .isInstanceOf(InvalidField.class)
                .hasMessageStartingWith("octavo.cassandra.tls.certificate: ");
    }

    /** The node starts, as with a Cassandra that is away, and says why nothing is read. */
    private static void assertIsNeverReached(CassandraTls tls) {
        try (CassandraStore store = TestCassandra.open(config(tls))) {
            assertThatThrownBy(() -> store.check(Duration.ofSeconds(1)))
                    .isInstanceOf(ServiceException.class)
                    .hasMessageContaining("the metadata store was not reached since this node has started");
        }
    }

    private static CassandraTls tls(TestAuthority believed, X509Bundle shown, boolean hostNameCheck) {
        Path certificate = folder.resolve(shown.hashCode() + "-cert.pem");
        Path key = folder.resolve(shown.hashCode() + "-key.pem");
        TestAuthority.write(shown, certificate, key);
        return new CassandraTls(
                believed.file(folder).toString(), certificate.toString(), key.toString(), hostNameCheck);
    }

    private static CassandraConfig config(CassandraTls tls) {
        CassandraConfig plain = TestCassandra.config(cassandra);
        return new CassandraConfig(
                List.copyOf(plain.contactPoints()),
                plain.localDatacenter(),
                plain.keyspace(),
                plain.replication(),
                plain.username(),
                plain.password(),
                plain.requestTimeout(),
                tls);
    }

    private static Path store(String name, KeyStore content) throws IOException, GeneralSecurityException {
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file)) {
            content.store(out, PASSWORD.toCharArray());
        }
        return file;
    }
}
