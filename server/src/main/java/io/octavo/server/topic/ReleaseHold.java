package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.TopicHead;
import java.util.List;

/**
 * Lets go of a version.
 *
 * @param holder whose hold it is
 */
public record ReleaseHold(long version, String holder, String reason) implements Command {
    public ReleaseHold {
        Limits.checkSaid("holder", holder, Limits.NAME_LENGTH);
        Limits.checkText("reason", reason, Limits.REASON_LENGTH);
    }

    @Override
    public void apply(TopicEdit edit) {
        edit.requireVersion(version);
        if (!edit.releaseHold(version, holder)) {
            edit.nothingToDo(version);
            return;
        }
        edit.event(EventKind.HOLD_RELEASED, version, List.of(), reason);
    }

    @Override
    public List<Command> undo(TopicHead before, Committed done) {
        Command hold = Undo.hold(before, version, holder, done);
        return hold instanceof HoldVersion ? List.of(hold) : List.of();
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("release-hold").add(version).add(holder);
    }
}
