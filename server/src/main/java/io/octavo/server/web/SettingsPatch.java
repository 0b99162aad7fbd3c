package io.octavo.server.web;

import io.octavo.protocol.Idleness;
import io.octavo.protocol.Retention;
import io.octavo.protocol.Settings;
import io.octavo.rules.InvalidField;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A change of a topic's settings as JSON Merge Patch (RFC 7396): what it names is set, what it sets to null goes back
 * to its default, objects are merged. Checked as a whole when it is read.
 */
final class SettingsPatch implements UnaryOperator<Settings> {
    private static final List<String> FIELDS =
            List.of("description", "owner", "labels", "retention", "requireScope", "validation", "keepIdle");
    private static final List<String> RETENTION_FIELDS = List.of("maxVersions", "maxAge");

    private final ObjectNode patch;

    private SettingsPatch(ObjectNode patch) {
        this.patch = patch;
    }

    static SettingsPatch of(HttpServletRequest request) throws IOException {
        SettingsPatch read = new SettingsPatch(JsonBody.of(request, FIELDS).object());
        read.apply(Settings.getDefaultInstance());
        return read;
    }

    /** As it was asked for, by which a repetition is known. */
    String asked() {
        return patch.toString();
    }

    @Override
    public Settings apply(Settings before) {
        Settings.Builder settings = before.toBuilder();
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            JsonNode value = field.getValue();
            switch (field.getKey()) {
                case "description" -> settings.setDescription(text("description", value));
                case "owner" -> settings.setOwner(text("owner", value));
                case "requireScope" -> settings.setRequireScope(flag("requireScope", value));
                case "keepIdle" -> settings.setIdleness(Idleness.newBuilder().setKept(flag("keepIdle", value)));
                case "labels" -> labels(settings, value);
                case "validation" -> ValidationPatch.apply(settings, value);
                default -> retention(settings, value);
            }
        }
        return settings.build();
    }

    private static void labels(Settings.Builder settings, JsonNode value) {
        if (value.isNull()) {
            settings.clearLabels();
            return;
        }
        for (Map.Entry<String, JsonNode> label : object("labels", value).properties()) {
            if (label.getValue().isNull()) {
                settings.removeLabels(label.getKey());
            } else {
                settings.putLabels(label.getKey(), text("labels." + label.getKey(), label.getValue()));
            }
        }
    }

    private static void retention(Settings.Builder settings, JsonNode value) {
        if (value.isNull()) {
            settings.clearRetention();
            return;
        }
        ObjectNode object = object("retention", value);
        JsonBody.checkNames("retention.", object, RETENTION_FIELDS);
        Retention.Builder retention = settings.getRetention().toBuilder();
        JsonNode maxVersions = object.get("maxVersions");
        if (maxVersions != null) {
            retention.setMaxVersions(maxVersions.isNull() ? 0 : count("retention.maxVersions", maxVersions));
        }
        JsonNode maxAge = object.get("maxAge");
        if (maxAge != null) {
            retention.setMaxAgeSeconds(
                    maxAge.isNull() ? 0 : Ages.parseSeconds("retention.maxAge", text("retention.maxAge", maxAge)));
        }
        if (retention.build().equals(Retention.getDefaultInstance())) {
            settings.clearRetention();
        } else {
            settings.setRetention(retention);
        }
    }

    static String text(String field, JsonNode value) {
        if (value.isNull()) {
            return "";
        }
        if (!value.isString()) {
            throw new InvalidField(field, value, "a text");
        }
        return value.stringValue();
    }

    private static boolean flag(String field, JsonNode value) {
        if (value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw new InvalidField(field, value, "true or false");
        }
        return value.booleanValue();
    }

    private static int count(String field, JsonNode value) {
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
            throw new InvalidField(field, value, "1 to " + Integer.MAX_VALUE);
        }
        return value.intValue();
    }

    static ObjectNode object(String field, JsonNode value) {
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw new InvalidField(field, value, "a JSON object");
    }
}
