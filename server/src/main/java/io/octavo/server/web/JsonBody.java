package io.octavo.server.web;

import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A JSON object that a request brings, read strictly: small, and with no fields but those known. */
final class JsonBody {
    private static final int MOST_BYTES = 64 << 10;

    private final ObjectNode object;

    private JsonBody(ObjectNode object) {
        this.object = object;
    }

    static JsonBody of(HttpServletRequest request, List<String> known) throws IOException {
        byte[] bytes = ArrivingBody.of(request).readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw ServiceException.of(
                    ErrorCode.TOO_LARGE, "body: more than " + MOST_BYTES + " bytes (expected: a small JSON object)");
        }
        ObjectNode object = parse("body", bytes);
        checkNames("", object, known);
        return new JsonBody(object);
    }

    /** Reads a JSON object; the field is named if it is none. */
    static ObjectNode parse(String field, byte[] bytes) {
        JsonNode node;
        try {
            node = Json.MAPPER.readTree(bytes);
        } catch (JacksonException e) {
            throw new InvalidField(field, e.getOriginalMessage(), "a JSON object");
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new InvalidField(field, node.getNodeType(), "a JSON object");
    }

    /** Refuses fields that nobody would read. */
    static void checkNames(String prefix, ObjectNode object, List<String> known) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!known.contains(field.getKey())) {
                throw new InvalidField(
                        prefix + field.getKey(), field.getValue(), "one of the fields " + String.join(", ", known));
            }
        }
    }

    ObjectNode object() {
        return object;
    }

    String requiredText(String name) {
        JsonNode node = object.get(name);
        if (node == null || !node.isString()) {
            throw new InvalidField(name, shown(node), "a text");
        }
        return node.stringValue();
    }

    long requiredNumber(String name, long least) {
        JsonNode node = object.get(name);
        if (node == null || !node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < least) {
            throw new InvalidField(name, shown(node), "a whole number from " + least + " on");
        }
        return node.longValue();
    }

    /** A text; null if the field isn't there or is null. */
    @Nullable
    String text(String name) {
        return isGiven(name) ? requiredText(name) : null;
    }

    /** A whole number; null if the field isn't there or is null. */
    @Nullable
    Long number(String name, long least) {
        return isGiven(name) ? (Long) requiredNumber(name, least) : null;
    }

    /** True or false; false if the field isn't there or is null. */
    boolean flag(String name) {
        JsonNode node = object.get(name);
        if (node != null && !node.isNull() && !node.isBoolean()) {
            throw new InvalidField(name, node, "true or false");
        }
        return node != null && node.booleanValue(false);
    }

    /** A time to the millisecond, null if the field isn't there or is null. */
    @Nullable
    Instant time(String name) {
        JsonNode node = object.get(name);
        if (node == null || node.isNull()) {
            return null;
        }
        return Query.time(name, node.stringValue(""), shown(node));
    }

    private boolean isGiven(String name) {
        JsonNode node = object.get(name);
        return node != null && !node.isNull();
    }

    private static Object shown(@Nullable JsonNode node) {
        return node == null ? "none" : node;
    }
}
