package io.octavo.server.web;

import io.octavo.rules.InvalidField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Metadata as parameters give it: {@code key=value}, the first equals sign divides. */
final class Metadata {
    private Metadata() {}

    static Map<String, String> of(String field, List<String> pairs) {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new InvalidField(field, pair, "key=value");
            }
            String key = pair.substring(0, equals);
            if (metadata.putIfAbsent(key, pair.substring(equals + 1)) != null) {
                throw new InvalidField(field, pair, "each key once");
            }
        }
        return metadata;
    }
}
