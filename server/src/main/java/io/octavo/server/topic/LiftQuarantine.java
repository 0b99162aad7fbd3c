package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import java.util.List;

/** Takes the mark of a bad version off again: its publications count once more. */
public record LiftQuarantine(long version, String reason) implements Command {
    public LiftQuarantine {
        Limits.checkText("reason", reason, Limits.REASON_LENGTH);
    }

    @Override
    public void apply(TopicEdit edit) {
        VersionRecord row = edit.requireVersion(version);
        if (!row.hasQuarantine()) {
            edit.nothingToDo(version);
            return;
        }
        edit.change(row.toBuilder().clearQuarantine().build());
        edit.event(EventKind.QUARANTINE_LIFTED, version, List.of(), reason);
    }

    @Override
    public List<Command> undo(TopicHead before, Committed done) {
        return List.of(new QuarantineVersion(version, Undo.REASON));
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("lift-quarantine").add(version);
    }
}
