package io.octavo.server.payload;

import com.google.protobuf.ByteString;
import io.octavo.rules.Digests;
import io.octavo.rules.InvalidField;
import java.util.HexFormat;

/**
 * What the publisher said about a payload in advance.
 *
 * @param size        in bytes, verified; {@link #UNKNOWN_SIZE} if not said
 * @param sha256      verified; empty if not said
 * @param contentType kept with the version; empty if not said, at most 256 characters
 */
public record Expected(long size, ByteString sha256, String contentType) {
    public static final long UNKNOWN_SIZE = -1;
    private static final int LONGEST_CONTENT_TYPE = 256;

    public Expected {
        if (size < UNKNOWN_SIZE) {
            throw new InvalidField("size", size, "0 or more bytes");
        }
        if (!sha256.isEmpty() && sha256.size() != Digests.LENGTH) {
            throw new InvalidField("sha256", HexFormat.of().formatHex(sha256.toByteArray()), Digests.LENGTH + " bytes");
        }
        if (contentType.length() > LONGEST_CONTENT_TYPE) {
            throw new InvalidField("contentType", contentType, "at most " + LONGEST_CONTENT_TYPE + " characters");
        }
    }

    /** Nothing was said. */
    public static Expected nothing() {
        return new Expected(UNKNOWN_SIZE, ByteString.EMPTY, "");
    }

    boolean hasSize() {
        return size != UNKNOWN_SIZE;
    }
}
