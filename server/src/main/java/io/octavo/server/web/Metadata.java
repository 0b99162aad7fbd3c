package io.octavo.server.web;

import io.octavo.rules.InvalidField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Metadata as requests give it. */
final class Metadata {
    private Metadata() {}

    /** As parameters: {@code key=value}, the first equals sign divides. */
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

    /** As a JSON object of texts. */
    static Map<String, String> ofJson(String field, JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            throw new InvalidField(field, node, "a JSON object of texts");
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (!entry.getValue().isString()) {
                throw new InvalidField(field + "." + entry.getKey(), entry.getValue(), "a text");
            }
            metadata.put(entry.getKey(), entry.getValue().stringValue());
        }
        return metadata;
    }

    /** What parameters and body give together; a key that both give is refused. */
    static Map<String, String> both(Map<String, String> parameters, Map<String, String> body) {
        Map<String, String> both = new LinkedHashMap<>(body);
        parameters.forEach((key, value) -> {
            if (both.putIfAbsent(key, value) != null) {
                throw new InvalidField("meta", key + "=" + value, "a key that the body's metadata has not");
            }
        });
        return both;
    }
}
