package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Quarantine;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import java.util.List;

/** Marks a version as bad: it is served to nobody any more except by its number. Refused while a pin names it. */
public record QuarantineVersion(long version, String reason) implements Command {
    public QuarantineVersion {
        Limits.checkSaid("reason", reason, Limits.REASON_LENGTH);
    }

    @Override
    public void apply(TopicEdit edit) {
        VersionRecord row = edit.requireVersion(version);
        List<String> pinnedBy = edit.pins().stream()
                .filter(pin -> pin.getVersion() == version)
                .map(Pin::getScope)
                .map(Scopes::format)
                .toList();
        if (!pinnedBy.isEmpty()) {
            throw ServiceException.of(
                    ErrorCode.PINNED,
                    "version " + version + " of " + edit.topic() + " is pinned for " + String.join(" and ", pinnedBy)
                            + " (expected: no pin; unpin it first, or pin another version there)");
        }
        if (row.hasQuarantine()) {
            edit.nothingToDo(version);
            return;
        }
        edit.change(row.toBuilder()
                .setQuarantine(Quarantine.newBuilder()
                        .setAtMs(edit.now())
                        .setBy(edit.who())
                        .setReason(reason))
                .build());
        edit.event(EventKind.QUARANTINED, version, List.of(), reason);
    }

    @Override
    public List<Command> undo(TopicHead before, Committed done) {
        return List.of(new LiftQuarantine(version, Undo.REASON));
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("quarantine").add(version).add(reason);
    }

    @Override
    public boolean isEmergency() {
        return true;
    }
}
