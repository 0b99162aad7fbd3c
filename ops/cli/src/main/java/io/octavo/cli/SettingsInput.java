package io.octavo.cli;

import io.octavo.rules.InvalidField;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Settings as people write them, and as the server does. Which keys there are, the server knows. */
final class SettingsInput {
    private static final int LARGEST = 1 << 20;
    private static final String SCHEMA = "validation.schema";
    private static final List<String> FLAGS = List.of("requireScope", "keepIdle");
    private static final List<String> SIZES =
            List.of("validation.minSize", "validation.maxSize", "validation.maxSizeChange");

    private SettingsInput() {}

    /**
     * Changes of the form {@code retention.maxVersions=50} as one JSON Merge Patch; an empty value is null.
     *
     * @throws InvalidField if one is none, or a key comes twice
     */
    static ObjectNode patch(List<String> changes) {
        ObjectNode patch = Json.object();
        for (String change : changes) {
            int equals = change.indexOf('=');
            if (equals < 1) {
                throw new InvalidField("--set", change, "KEY=VALUE");
            }
            String key = change.substring(0, equals);
            int dot = key.indexOf('.');
            ObjectNode at = dot < 0 ? patch : group(patch, key.substring(0, dot));
            String name = key.substring(dot + 1);
            if (at == null || name.isEmpty() || at.has(name)) {
                throw new InvalidField("--set", change, "each key once, such as owner or labels.tier");
            }
            put(at, key, name, change.substring(equals + 1));
        }
        return patch;
    }

    /** The object of that name; null if something else is there. */
    private static @Nullable ObjectNode group(ObjectNode patch, String name) {
        JsonNode group = patch.get(name);
        return group == null ? patch.putObject(name) : group instanceof ObjectNode object ? object : null;
    }

    private static void put(ObjectNode at, String key, String name, String value) {
        if (value.isEmpty()) {
            at.putNull(name);
        } else if (FLAGS.contains(key)) {
            if (!value.matches("true|false")) {
                throw new InvalidField("--set", key + "=" + value, key + "=true or " + key + "=false");
            }
            at.put(name, value.equals("true"));
        } else if (key.equals("retention.maxVersions")) {
            if (!value.matches("[1-9][0-9]{0,9}")) {
                throw new InvalidField("--set", key + "=" + value, "a number of versions, 1 or more");
            }
            at.put(name, Long.parseLong(value));
        } else if (SIZES.contains(key)) {
            if (!value.matches("[1-9][0-9]{0,17}")) {
                throw new InvalidField("--set", key + "=" + value, "a number of bytes, or of percent, 1 or more");
            }
            at.put(name, Long.parseLong(value));
        } else if (key.equals(SCHEMA)) {
            throw new InvalidField("--set", key + "=" + value, "--schema for a schema, or validation.schema= for none");
        } else {
            at.put(name, value);
        }
    }

    /**
     * Adds the schema of payloads to a patch.
     *
     * @throws InvalidField if there is one in it already
     */
    static void schema(ObjectNode patch, ObjectNode schema) {
        ObjectNode at = group(patch, "validation");
        if (at == null || at.has("schema")) {
            throw new InvalidField("--schema", "a schema", "no " + SCHEMA + " beside it");
        }
        at.set("schema", schema);
    }

    /**
     * A JSON object: as it was given, from a file, or from standard input.
     *
     * @param option where it was given
     * @throws InvalidField if it is none
     */
    static ObjectNode object(String option, String given, Shell shell) throws IOException {
        byte[] text;
        if (given.stripLeading().startsWith("{")) {
            text = given.getBytes(StandardCharsets.UTF_8);
        } else if (given.equals("-")) {
            text = shell.in().readNBytes(LARGEST + 1);
        } else {
            try (InputStream in = Files.newInputStream(Path.of(given))) {
                text = in.readNBytes(LARGEST + 1);
            }
        }
        if (text.length <= LARGEST && Json.read(text) instanceof ObjectNode settings) {
            return settings;
        }
        throw new InvalidField(option, given, "a JSON object, or a file with one of at most " + Text.size(LARGEST));
    }

    /** Settings as keys with values; what is the default is not there. */
    static Map<String, String> flat(JsonNode settings) {
        Map<String, String> flat = new TreeMap<>();
        collect(flat, "", settings);
        return flat;
    }

    private static void collect(Map<String, String> flat, String prefix, JsonNode settings) {
        for (Map.Entry<String, JsonNode> field : settings.properties()) {
            String key = prefix + field.getKey();
            JsonNode value = field.getValue();
            if (value.isObject() && !key.equals(SCHEMA)) {
                collect(flat, key + ".", value);
            } else if (!value.isNull()) {
                flat.put(key, value.isValueNode() ? value.asString() : Json.write(value));
            }
        }
    }
}
