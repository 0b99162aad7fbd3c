package io.octavo.server.publish;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.octavo.protocol.ChangeSettingsRequest;
import io.octavo.protocol.Settings;
import io.octavo.rules.InvalidField;
import io.octavo.server.topic.ChangeSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A change of settings as gRPC brings it: the fields to set, by their names. */
final class SettingsChange {
    private SettingsChange() {}

    static ChangeSettings of(ChangeSettingsRequest request) {
        List<FieldDescriptor> fields = new ArrayList<>();
        for (String path : request.getFields().getPathsList()) {
            FieldDescriptor field = Settings.getDescriptor().findFieldByName(path);
            if (field == null) {
                throw new InvalidField(
                        "fields",
                        path,
                        "one of "
                                + Settings.getDescriptor().getFields().stream()
                                        .map(FieldDescriptor::getName)
                                        .collect(Collectors.joining(", ")));
            }
            fields.add(field);
        }
        Settings wanted = request.getSettings();
        return new ChangeSettings(
                before -> fields.isEmpty() ? wanted : merged(before, wanted, fields),
                "gRPC " + request.getFields().getPathsList() + " " + wanted,
                request.hasExpectedRevision() ? request.getExpectedRevision() : null);
    }

    private static Settings merged(Settings before, Settings wanted, List<FieldDescriptor> fields) {
        Settings.Builder merged = before.toBuilder();
        for (FieldDescriptor field : fields) {
            boolean isSet = field.isRepeated() || !field.hasPresence() || wanted.hasField(field);
            if (isSet) {
                merged.setField(field, wanted.getField(field));
            } else {
                merged.clearField(field);
            }
        }
        return merged.build();
    }
}
