package io.octavo.cli;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON as trees: what the server says is shown and passed on, also fields that this version doesn't know. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Reads a document; null if it is none. */
    static @Nullable JsonNode read(byte[] bytes) {
        try {
            JsonNode node = MAPPER.readTree(bytes);
            return node.isContainer() ? node : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    /** A document on one line. */
    static String write(JsonNode node) {
        return MAPPER.writeValueAsString(node);
    }

    /** A document as people like to read and edit it. */
    static byte[] writeForPeople(JsonNode node) {
        return (MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** A field's text; empty if it isn't there. */
    static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }

    /** A field's number; 0 if it isn't there. */
    static long number(JsonNode node, String field) {
        return node.path(field).asLong(0);
    }

    /** A field's time; null if it isn't there. */
    static @Nullable Instant time(JsonNode node, String field) {
        try {
            return node.path(field).isString() ? Instant.parse(text(node, field)) : null;
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** An array field; empty if it isn't there. */
    static List<JsonNode> list(JsonNode node, String field) {
        return node.path(field).valueStream().toList();
    }

    /** An array field of texts, joined. */
    static String joined(JsonNode node, String field) {
        return list(node, field).stream().map(item -> item.asString("")).collect(Collectors.joining(", "));
    }
}
