package io.octavo.server.payload;

import java.util.HexFormat;

/** Where in a bucket a payload lies. All keys have the same shape, so that none is a folder of another. */
final class PayloadKeys {
    /** Of all keys of payloads. */
    static final String PREFIX = "payloads/";

    private PayloadKeys() {}

    /** {@code payloads/<two hex>/<16 hex of the id>}; the folder is the id's last byte, which spreads them evenly. */
    static String of(long payloadId) {
        HexFormat hex = HexFormat.of();
        return PREFIX + hex.toHexDigits((byte) payloadId) + "/" + hex.toHexDigits(payloadId);
    }
}
