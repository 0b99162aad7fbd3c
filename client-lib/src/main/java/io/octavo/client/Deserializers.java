package io.octavo.client;

import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;

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

    /** Keys and values as {@link Properties#load(Reader)} reads them, in UTF-8. */
    public static Deserializer<Properties> properties() {
        return payload -> {
            Properties properties = new Properties();
            try (Reader reader = new InputStreamReader(payload.openStream(), StandardCharsets.UTF_8)) {
                properties.load(reader);
            }
            return properties;
        };
    }

    /**
     * JSON, by Jackson 3 or else Jackson 2, whichever is on the class path ({@code tools.jackson.core:jackson-databind} or
     * {@code com.fasterxml.jackson.core:jackson-databind}); read as a stream. Properties that the type doesn't have are
     * left out. For a mapper of one's own: {@code payload -> mapper.readValue(payload.openStream(), type)}.
     *
     * @throws IllegalStateException if neither is there
     */
    public static <T> Deserializer<T> json(Class<T> type) {
        if (ClassPath.has("tools.jackson.databind.json.JsonMapper")) {
            return new Jackson3Json<>(type);
        }
        if (ClassPath.has("com.fasterxml.jackson.databind.json.JsonMapper")) {
            return new Jackson2Json<>(type);
        }
        throw new IllegalStateException("Deserializers.json: no Jackson on the class path (expected:"
                + " tools.jackson.core:jackson-databind or com.fasterxml.jackson.core:jackson-databind)");
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
