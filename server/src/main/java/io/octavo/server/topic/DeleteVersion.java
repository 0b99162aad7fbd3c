package io.octavo.server.topic;

import io.octavo.protocol.Deletion;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.util.List;

/**
 * Gives one version up for ever, by hand: it is never served again, and its bytes are removed soon. Refused while a
 * publication, a pin or a hold names it.
 */
public record DeleteVersion(long version, String reason) implements Command {
    public DeleteVersion {
        Limits.checkSaid("reason", reason, Limits.REASON_LENGTH);
    }

    @Override
    public void apply(TopicEdit edit) {
        edit.requireTopic();
        VersionRecord before = edit.row(version);
        if (before != null && before.hasDeletion()) {
            edit.nothingToDo(version);
            return;
        }
        VersionRecord row = edit.requireVersion(version);
        List<String> why = NamedVersions.why(edit.standing(), version);
        if (!why.isEmpty()) {
            throw ServiceException.of(
                    ErrorCode.VERSION_IN_USE,
                    "version " + version + " of " + edit.topic() + " is " + String.join(", ", why)
                            + " (expected: nothing that names it; withdraw, unpin or release it first, or quarantine"
                            + " it)");
        }
        edit.change(row.toBuilder()
                .setDeletion(Deletion.newBuilder()
                        .setAtMs(edit.now())
                        .setBy(edit.who())
                        .setReason(reason))
                .build());
        edit.event(EventKind.VERSION_DELETED, version, List.of(), reason);
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("delete-version").add(version).add(reason);
    }

    @Override
    public boolean isEmergency() {
        return true;
    }
}
