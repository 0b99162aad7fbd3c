package io.octavo.server.web;

import com.fasterxml.jackson.annotation.JsonValue;
import io.octavo.protocol.Validation.Format;
import io.octavo.rules.InvalidField;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the bytes of a topic's payloads are, where that is checked. */
enum PayloadFormat {
    JSON("json", Format.JSON),
    JSON_LINES("json-lines", Format.JSON_LINES);

    private final String written;
    private final Format format;

    PayloadFormat(String written, Format format) {
        this.written = written;
        this.format = format;
    }

    /** Null if anything will do. */
    static @Nullable PayloadFormat of(Format format) {
        return Arrays.stream(values())
                .filter(known -> known.format == format)
                .findFirst()
                .orElse(null);
    }

    static Format parse(String field, String text) {
        return Arrays.stream(values())
                .filter(known -> known.written.equals(text))
                .findFirst()
                .orElseThrow(() -> new InvalidField(
                        field,
                        text,
                        Arrays.stream(values()).map(PayloadFormat::toString).collect(Collectors.joining(" or "))))
                .format;
    }

    @Override
    @JsonValue
    public String toString() {
        return written;
    }
}
