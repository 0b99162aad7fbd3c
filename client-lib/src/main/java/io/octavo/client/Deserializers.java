package io.octavo.client;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Ready-made deserializers. */
public final class Deserializers {
    private Deserializers() {}

    /** The bytes themselves, up to 2 GiB. */
    public static Deserializer<byte[]> bytes() {
        return Deserializers::read;
    }

    /** The bytes as UTF-8 text; fails for bytes that are none. */
    public static Deserializer<String> utf8() {
        return payload -> StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(read(payload)))
                .toString();
    }

    /** A file with the bytes. It is deleted when the next version has replaced it and all listeners have returned. */
    public static Deserializer<Path> file() {
        return Payload::file;
    }

    private static byte[] read(Payload payload) throws Exception {
        try (InputStream in = payload.openStream()) {
            return in.readAllBytes();
        }
    }
}
