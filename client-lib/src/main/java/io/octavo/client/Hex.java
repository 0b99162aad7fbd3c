package io.octavo.client;

import com.google.protobuf.ByteString;
import java.util.HexFormat;

/** Digests for people: lower-case hex. */
final class Hex {
    private Hex() {}

    static String of(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
