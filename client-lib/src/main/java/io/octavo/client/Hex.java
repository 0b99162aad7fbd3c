package io.octavo.client;

import com.google.protobuf.ByteString;
import io.octavo.rules.Digests;
import io.octavo.rules.InvalidField;
import java.util.HexFormat;

/** Digests for people: hex, lower-case when we write it. */
final class Hex {
    private Hex() {}

    /** @throws InvalidField if it is no SHA-256 digest */
    static ByteString sha256(String name, String hex) {
        try {
            byte[] bytes = HexFormat.of().parseHex(hex);
            if (bytes.length == Digests.LENGTH) {
                return ByteString.copyFrom(bytes);
            }
        } catch (IllegalArgumentException e) {
            // Said below, as of any other text that is no digest.
        }
        throw new InvalidField(name, hex, "64 hexadecimal digits");
    }

    static String of(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
