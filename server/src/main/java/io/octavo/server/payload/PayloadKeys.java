package io.octavo.server.payload;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where in a bucket a payload lies. All keys have the same shape, so that none is a folder of another. */
final class PayloadKeys {
    /** Of all keys of payloads. */
    static final String PREFIX = "payloads/";

    private static final Pattern KEY = Pattern.compile(PREFIX + "[0-9a-f]{2}/([0-9a-f]{16})");

    private PayloadKeys() {}

    /** {@code payloads/<two hex>/<16 hex of the id>}; the folder is the id's last byte, which spreads them evenly. */
    static String of(long payloadId) {
        HexFormat hex = HexFormat.of();
        return PREFIX + hex.toHexDigits((byte) payloadId) + "/" + hex.toHexDigits(payloadId);
    }

    /** The id that a key is for; 0 if it is none of ours. */
    static long idOf(String key) {
        Matcher matcher = KEY.matcher(key);
        long id = matcher.matches() ? HexFormat.fromHexDigitsToLong(matcher.group(1)) : 0;
        return id > 0 && of(id).equals(key) ? id : 0;
    }
}
