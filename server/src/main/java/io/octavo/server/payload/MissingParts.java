package io.octavo.server.payload;

import java.time.Instant;
import java.util.List;

/**
 * What is not there yet of an upload.
 *
 * @param parts the first of them, with addresses
 * @param count all of them, over all regions
 */
public record MissingParts(List<Link> parts, int count) {
    public MissingParts {
        parts = List.copyOf(parts);
    }

    /**
     * A part that a region lacks, and where to put it.
     *
     * @param number  1, 2, 3 …
     * @param offset  of its first byte in the payload
     * @param size    in bytes; no more and no less is taken
     * @param url     signed: a secret
     * @param expires when it is good no more
     */
    public record Link(String region, int number, long offset, long size, String url, Instant expires) {
        /** Without the address: it must not reach a log. */
        @Override
        public String toString() {
            return "Link[region=" + region + ", number=" + number + ", expires=" + expires + "]";
        }
    }
}
