package io.octavo.server.tls;

import io.octavo.tls.Authorities;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the servers of this node show, and whom they trust.
 *
 * @param clients the authorities of clients' certificates; null = clients aren't asked for any
 */
public record TlsMaterial(Identity identity, @Nullable Authorities clients) {
    /** Reads all files. */
    static TlsMaterial read(TlsConfig config, Instant now) {
        return new TlsMaterial(
                Identity.read("octavo.tls.", Path.of(config.certificate()), Path.of(config.key()), now),
                config.clientCa().isEmpty()
                        ? null
                        : Authorities.read("octavo.tls.client-ca", Path.of(config.clientCa())));
    }
}
