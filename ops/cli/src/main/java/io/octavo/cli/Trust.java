package io.octavo.cli;

import io.octavo.rules.InvalidField;
import io.octavo.tls.Authorities;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Which servers are believed to be who they say. */
final class Trust {
    private Trust() {}

    /**
     * TLS that believes the authorities of a PEM file and those that Java knows, as the Java client does.
     *
     * @throws InvalidField if there are none in the file
     */
    static SSLContext besidesKnown(Path file) {
        return Authorities.context(null, Authorities.read("--ca", file).besidesKnown());
    }

    /** TLS that believes nobody. */
    static SSLContext nobody() {
        return Authorities.context(null, new TrustManager[0]);
    }
}
