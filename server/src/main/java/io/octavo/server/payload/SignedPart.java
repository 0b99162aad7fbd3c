package io.octavo.server.payload;

import java.time.Instant;

/**
 * Where to put one part.
 *
 * @param url     signed: a secret
 * @param expires when it is good no more
 */
record SignedPart(String url, Instant expires) {
    @Override
    public String toString() {
        return "SignedPart[expires=" + expires + "]";
    }
}
