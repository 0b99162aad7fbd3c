package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Idleness;
import io.octavo.protocol.Settings;
import io.octavo.protocol.Validation;
import io.octavo.protocol.Validation.Format;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.validation.Schemas;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Changes what a topic's owner can set; makes the topic if there is none.
 *
 * @param change           from the settings that stand to those wanted
 * @param asked            the change as it was asked for, by which a repetition is known
 * @param expectedRevision the revision that the caller has seen; null = any
 */
public record ChangeSettings(
        UnaryOperator<Settings> change,
        String asked,
        @Nullable Long expectedRevision) implements Command {
    private static final int MOST_PERCENT = 10_000;

    @Override
    public void apply(TopicEdit edit) {
        if (expectedRevision != null && expectedRevision != edit.revision() - 1) {
            throw ServiceException.of(
                    ErrorCode.STALE_REVISION,
                    "revision of " + edit.topic() + ": " + (edit.revision() - 1) + " (expected: " + expectedRevision
                            + "); read it again");
        }
        edit.startNewLifeIfDeleted();
        Settings wanted = marked(change.apply(edit.settings()), edit.settings());
        check(wanted, edit.settings());
        if (edit.exists() && !edit.isDeleted() && wanted.equals(edit.settings())) {
            edit.nothingToDo(0);
            return;
        }
        edit.settings(wanted);
        edit.event(EventKind.SETTINGS_CHANGED, 0, List.of(), "");
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("settings").add(asked);
    }

    /** The mark of an archived topic is not its owner's: it stays, unless the topic is to be kept. */
    private static Settings marked(Settings wanted, Settings before) {
        Idleness idleness = wanted.getIdleness().getKept()
                ? before.getIdleness().toBuilder()
                        .clearArchivedMs()
                        .clearSinceMs()
                        .setKept(true)
                        .build()
                : before.getIdleness().toBuilder().clearKept().build();
        return idleness.equals(Idleness.getDefaultInstance())
                ? wanted.toBuilder().clearIdleness().build()
                : wanted.toBuilder().setIdleness(idleness).build();
    }

    private static void check(Settings settings, Settings before) {
        Limits.checkText("description", settings.getDescription(), Limits.REASON_LENGTH);
        Limits.checkText("owner", settings.getOwner(), Limits.NAME_LENGTH);
        Limits.checkMetadata("labels", settings.getLabelsMap());
        int maxVersions = settings.getRetention().getMaxVersions();
        if (maxVersions < 0) {
            throw new InvalidField("retention.maxVersions", maxVersions, "1 to " + Integer.MAX_VALUE);
        }
        long maxAge = settings.getRetention().getMaxAgeSeconds();
        if (maxAge < 0) {
            throw new InvalidField("retention.maxAge", maxAge + " s", "a positive duration");
        }
        if (!settings.getValidation().equals(before.getValidation())) {
            check(settings.getValidation());
        }
    }

    private static void check(Validation validation) {
        checkSize("validation.minSize", validation.getMinSize());
        checkSize("validation.maxSize", validation.getMaxSize());
        if (validation.getMaxSize() > 0 && validation.getMinSize() > validation.getMaxSize()) {
            throw new InvalidField(
                    "validation.minSize", validation.getMinSize(), "at most maxSize, " + validation.getMaxSize());
        }
        int change = validation.getMaxSizeChange();
        if (change < 0 || change > MOST_PERCENT) {
            throw new InvalidField(
                    "validation.maxSizeChange", Integer.toUnsignedString(change), "1 to " + MOST_PERCENT + " percent");
        }
        if (validation.getFormat() == Format.UNRECOGNIZED) {
            throw new InvalidField("validation.format", validation.getFormatValue(), "json or json-lines");
        }
        if (!validation.getSchema().isEmpty()) {
            Schemas.check("validation.schema", validation.getSchema());
        }
    }

    private static void checkSize(String field, long size) {
        if (size < 0) {
            throw new InvalidField(field, size, "1 byte or more");
        }
    }
}
