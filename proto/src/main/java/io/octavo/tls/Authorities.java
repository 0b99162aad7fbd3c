package io.octavo.tls;

import io.octavo.rules.InvalidField;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate authorities of a file, whose word on the other end of a connection is believed.
 *
 * @param certificates at least one
 */
public record Authorities(List<X509Certificate> certificates) {
    public Authorities {
        certificates = List.copyOf(certificates);
    }

    /**
     * Reads a file of certificates in PEM, one after the other.
     *
     * @param name what the file is called in messages
     * @throws InvalidField if it can't be read, or has none
     */
    public static Authorities read(String name, Path file) {
        List<X509Certificate> certificates = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .forEach(one -> certificates.add((X509Certificate) one));
        } catch (IOException | CertificateException e) {
            throw unreadable(name, file, e);
        }
        if (certificates.isEmpty()) {
            throw unreadable(name, file, null);
        }
        return new Authorities(certificates);
    }

    /** Believes these and no others. */
    public TrustManager[] alone() {
        return trusting(certificates);
    }

    /** Believes these and those that the Java runtime knows. */
    public TrustManager[] besidesKnown() {
        List<X509Certificate> all = new ArrayList<>(certificates);
        for (TrustManager known : managers(null)) {
            if (known instanceof X509TrustManager x509) {
                all.addAll(Arrays.asList(x509.getAcceptedIssuers()));
            }
        }
        return trusting(all);
    }

    /**
     * A context for connections to those that are trusted.
     *
     * @param identity what this end shows when it is asked who it is; null = nothing
     */
    public static SSLContext context(KeyManager @Nullable [] identity, TrustManager[] trusted) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(identity, trusted, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TrustManager[] trusting(List<X509Certificate> certificates) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < certificates.size(); i++) {
                store.setCertificateEntry("authority-" + i, certificates.get(i));
            }
            return managers(store);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param store null = the authorities that the Java runtime knows */
    private static TrustManager[] managers(@Nullable KeyStore store) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static InvalidField unreadable(String name, Path file, @Nullable Exception why) {
        InvalidField invalid = new InvalidField(
                name, file + (why == null ? "" : ", " + why), "a readable file of certificates in PEM");
        if (why != null) {
            invalid.initCause(why);
        }
        return invalid;
    }
}
