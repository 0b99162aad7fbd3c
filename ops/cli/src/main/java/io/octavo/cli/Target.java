package io.octavo.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A resource below {@code /api/v1} with its query, written so that the server's raw query splits as meant: everything
 * in a value is encoded, and a parameter with several values stands there several times.
 *
 * @param pathAndQuery as it goes over the wire
 */
record Target(String pathAndQuery) {
    static Target of(Object... segments) {
        return new Target(Stream.of(segments)
                .map(segment -> "/" + encoded(segment.toString()))
                .collect(Collectors.joining("", "/api/v1", "")));
    }

    /** This target with one more parameter; without it if the value is null. */
    Target with(String name, @Nullable Object value) {
        if (value == null) {
            return this;
        }
        String separator = pathAndQuery.indexOf('?') < 0 ? "?" : "&";
        return new Target(pathAndQuery + separator + name + "=" + encoded(value.toString()));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
