package io.octavo.server.cassandra;

import io.octavo.rules.InvalidField;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys {@code octavo.cassandra.tls.*}: TLS to the metadata store. Files are in PEM, and read at start.
 *
 * @param ca            file of the authorities that alone are believed about its nodes; empty = no TLS
 * @param certificate   file of the certificate that this process shows; empty = none
 * @param key           file of its private key, unencrypted
 * @param hostNameCheck a node's certificate must name the address that it is called by
 */
public record CassandraTls(
        @DefaultValue("") String ca,
        @DefaultValue("") String certificate,
        @DefaultValue("") String key,
        @DefaultValue("true") boolean hostNameCheck) {
    /** Plain text. */
    static final CassandraTls NONE = new CassandraTls("", "", "", true);

    public CassandraTls {
        checkBeside("key", key, "certificate", certificate);
        checkBeside("certificate", certificate, "key", key);
        checkBeside("ca", ca, "certificate", certificate);
    }

    boolean isOn() {
        return !ca.isEmpty();
    }

    private static void checkBeside(String needed, String value, String given, String because) {
        if (!because.isEmpty() && value.isEmpty()) {
            throw new InvalidField(
                    "octavo.cassandra.tls." + needed, "(none)", "a file, beside octavo.cassandra.tls." + given);
        }
    }
}
