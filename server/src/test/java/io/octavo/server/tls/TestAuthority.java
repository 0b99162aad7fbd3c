package io.octavo.server.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** An authority of certificates, made for a test, and what it signs: for loopback, by name and by address. */
public final class TestAuthority {
    private final X509Bundle authority;

    public TestAuthority(String name) {
        authority = built(() -> new CertificateBuilder()
                .subject("CN=" + name)
                .setIsCertificateAuthority(true)
                .ecp256()
                .buildSelfSigned());
    }

    /** A certificate that is valid now. */
    public X509Bundle sign(String name) {
        Instant now = Instant.now();
        return sign(name, now.minus(Duration.ofHours(1)), now.plus(Duration.ofHours(10)));
    }

    public X509Bundle sign(String name, Instant from, Instant until) {
        return built(() -> leaf(name, from, until)
                .addSanDnsName("localhost")
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(authority));
    }

    /** A certificate for a host that nobody here is. */
    public X509Bundle signForElsewhere(String name) {
        Instant now = Instant.now();
        return built(() -> leaf(name, now.minus(Duration.ofHours(1)), now.plus(Duration.ofHours(10)))
                .addSanDnsName("elsewhere.example")
                .buildIssuedBy(authority));
    }

    /** Its own certificate in a file. */
    public Path file(Path folder) {
        return write(folder.resolve(authority.getCertificate().hashCode() + "-ca.pem"), authority.getCertificatePEM());
    }

    /** Writes a certificate and its key into files, in place of what they have. */
    public static void write(X509Bundle signed, Path certificate, Path key) {
        write(certificate, signed.getCertificatePathPEM());
        write(key, signed.getPrivateKeyPEM());
    }

    private static CertificateBuilder leaf(String name, Instant from, Instant until) {
        return new CertificateBuilder()
                .subject("CN=" + name)
                .notBefore(from)
                .notAfter(until)
                .rsa2048()
                .addExtendedKeyUsageServerAuth()
                .addExtendedKeyUsageClientAuth();
    }

    private static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface Building {
        X509Bundle build() throws Exception;
    }

    private static X509Bundle built(Building building) {
        try {
            return building.build();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
