package io.octavo.server.tls;

import io.octavo.rules.InvalidField;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys {@code octavo.tls.*}: TLS of the HTTP and the gRPC server, and of calls to other nodes. Files are in PEM, and
 * read again when they change.
 *
 * @param certificate    file of the certificate and those between it and its authority; empty = no TLS
 * @param key            file of its private key, unencrypted
 * @param clientCa       file of the authorities of clients' certificates; empty = clients show none
 * @param clientAuth     whether clients show a certificate
 * @param nodeCa         file of the authorities that alone are believed about other nodes, read at start only; empty =
 *     those that Java knows
 * @param reloadInterval how often it is looked whether a file has changed
 */
@ConfigurationProperties("octavo.tls")
public record TlsConfig(
        @DefaultValue("") String certificate,
        @DefaultValue("") String key,
        @DefaultValue("") String clientCa,
        @DefaultValue("none") ClientAuth clientAuth,
        @DefaultValue("") String nodeCa,
        @DefaultValue("10s") Duration reloadInterval) {
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
    private static final Duration LONGEST_INTERVAL = Duration.ofHours(1);

    /** Whether clients show a certificate. */
    public enum ClientAuth {
        /** They aren't asked. */
        NONE,
        /** They are asked; one that is shown must be of a trusted authority. */
        WANT,
        /** Who shows none of a trusted authority is refused. */
        NEED
    }

    public TlsConfig {
        checkBeside("octavo.tls.key", key, "octavo.tls.certificate", certificate);
        checkBeside("octavo.tls.certificate", certificate, "octavo.tls.key", key);
        checkBeside("octavo.tls.certificate", certificate, "octavo.tls.client-ca", clientCa);
        if (clientAuth != ClientAuth.NONE) {
            checkBeside("octavo.tls.client-ca", clientCa, "octavo.tls.client-auth", clientAuth.name());
        } else if (!clientCa.isEmpty()) {
            throw new InvalidField("octavo.tls.client-auth", "none", "want or need, beside octavo.tls.client-ca");
        }
        if (reloadInterval.compareTo(SHORTEST_INTERVAL) < 0 || reloadInterval.compareTo(LONGEST_INTERVAL) > 0) {
            throw new InvalidField(
                    "octavo.tls.reload-interval", reloadInterval, SHORTEST_INTERVAL + "…" + LONGEST_INTERVAL);
        }
    }

    /** Whether TLS is spoken, and nothing else. */
    public boolean isOn() {
        return !certificate.isEmpty();
    }

    private static void checkBeside(String needed, String value, String given, String because) {
        if (!because.isEmpty() && value.isEmpty()) {
            throw new InvalidField(needed, "(none)", "a file, beside " + given);
        }
    }
}
