package io.octavo.server.web;

import io.octavo.protocol.Settings;
import io.octavo.protocol.Validation;
import io.octavo.rules.InvalidField;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A change of what payloads must be, as part of a {@link SettingsPatch}. */
final class ValidationPatch {
    private static final String PREFIX = "validation.";
    private static final List<String> FIELDS = List.of("minSize", "maxSize", "maxSizeChange", "format", "schema");

    private ValidationPatch() {}

    static void apply(Settings.Builder settings, JsonNode value) {
        if (value.isNull()) {
            settings.clearValidation();
            return;
        }
        ObjectNode object = SettingsPatch.object("validation", value);
        JsonBody.checkNames(PREFIX, object, FIELDS);
        Validation.Builder validation = settings.getValidation().toBuilder();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            set(validation, field.getKey(), field.getValue());
        }
        if (validation.build().equals(Validation.getDefaultInstance())) {
            settings.clearValidation();
        } else {
            settings.setValidation(validation);
        }
    }

    private static void set(Validation.Builder validation, String name, JsonNode value) {
        String field = PREFIX + name;
        switch (name) {
            case "minSize" -> validation.setMinSize(number(field, value, Long.MAX_VALUE));
            case "maxSize" -> validation.setMaxSize(number(field, value, Long.MAX_VALUE));
            case "maxSizeChange" -> validation.setMaxSizeChange((int) number(field, value, Integer.MAX_VALUE));
            case "format" ->
                validation.setFormat(
                        value.isNull()
                                ? Validation.Format.OPAQUE
                                : PayloadFormat.parse(field, SettingsPatch.text(field, value)));
            // A merged schema would be none that anybody has seen.
            default ->
                validation.setSchema(
                        value.isNull() ? "" : SettingsPatch.object(field, value).toString());
        }
    }

    private static long number(String field, JsonNode value, long most) {
        if (value.isNull()) {
            return 0;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToLong()
                || value.longValue() < 1
                || value.longValue() > most) {
            throw new InvalidField(field, value, "1 to " + most);
        }
        return value.longValue();
    }
}
