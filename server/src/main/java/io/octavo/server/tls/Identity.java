package io.octavo.server.tls;

import io.octavo.rules.InvalidField;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.pem.PemContent;

/**
 * What one end shows of itself: a certificate that is valid now, and the key that belongs to it.
 *
 * @param chain the certificate, then those between it and its authority
 */
public record Identity(List<X509Certificate> chain, PrivateKey key) {
    private static final byte[] SIGNED = {1, 2, 3};

    public Identity {
        chain = List.copyOf(chain);
    }

    /**
     * Reads it from two files in PEM.
     *
     * @param keys what the two files are called in messages, followed by {@code certificate} and {@code key}
     * @throws InvalidField if they can't be read, don't belong together or have expired
     */
    public static Identity read(String keys, Path certificate, Path key, Instant now) {
        List<X509Certificate> chain = certificates(keys + "certificate", certificate);
        PrivateKey secret = privateKey(keys + "key", key);
        try {
            chain.get(0).checkValidity(Date.from(now));
        } catch (CertificateException e) {
            throw invalid(keys + "certificate", certificate + ", " + e.getMessage(), "one that is valid now", e);
        }
        if (!belongTogether(chain.get(0), secret)) {
            throw invalid(keys + "key", key, "the key of the certificate in " + certificate, null);
        }
        return new Identity(chain, secret);
    }

    /** Shows this to whoever asks. */
    public KeyManager[] keyManagers() {
        try {
            char[] password = {};
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("identity", key, password, chain.toArray(Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, password);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** When it ends to be valid. */
    public Instant expiry() {
        return chain.get(0).getNotAfter().toInstant();
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "Identity[" + chain.get(0).getSubjectX500Principal() + " until " + expiry() + "]";
    }

    private static List<X509Certificate> certificates(String name, Path file) {
        try {
            List<X509Certificate> found = PemContent.load(file).getCertificates();
            if (!found.isEmpty()) {
                return found;
            }
        } catch (IOException | RuntimeException e) {
            throw invalid(name, file + ", " + e, "a readable file of certificates in PEM", e);
        }
        throw invalid(name, file, "a readable file of certificates in PEM", null);
    }

    private static PrivateKey privateKey(String name, Path file) {
        try {
            PrivateKey found = PemContent.load(file).getPrivateKey();
            if (found != null) {
                return found;
            }
        } catch (IOException | RuntimeException e) {
            // Told below, without the cause: it may show what the file has.
        }
        throw invalid(name, file, "a readable file with one unencrypted private key in PEM", null);
    }

    private static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
        try {
            String algorithm = switch (key.getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                default -> key.getAlgorithm();
            };
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(SIGNED);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(SIGNED);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static InvalidField invalid(String name, Object value, String expected, @Nullable Exception cause) {
        InvalidField invalid = new InvalidField(name, value, expected);
        if (cause != null) {
            invalid.initCause(cause);
        }
        return invalid;
    }
}
