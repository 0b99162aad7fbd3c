package io.octavo.cli;

import io.octavo.rules.InvalidField;
import java.net.URI;
import java.net.URISyntaxException;

/** Where the server is: its HTTP base, {@code http://host:port}, perhaps with a path that a proxy wants. */
record ServerAddress(URI uri) {
    /**
     * Reads an address.
     *
     * @param name what it was given as
     * @throws InvalidField if it is none
     */
    static ServerAddress parse(String name, String text) {
        try {
            URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            boolean known = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (known
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                return new ServerAddress(uri);
            }
        } catch (URISyntaxException e) {
            // Said below, with an example.
        }
        throw new InvalidField(name, text, "an address such as http://127.0.0.1:8080");
    }

    /** The address of a resource. */
    URI of(Target target) {
        return URI.create(uri + target.pathAndQuery());
    }

    boolean isEncrypted() {
        return "https".equals(uri.getScheme());
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
