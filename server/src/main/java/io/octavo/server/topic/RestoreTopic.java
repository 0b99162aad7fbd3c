package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.util.List;

/** Undoes the deletion of a topic. */
public record RestoreTopic(String reason) implements Command {
    public RestoreTopic {
        Limits.checkText("reason", reason, Limits.REASON_LENGTH);
    }

    @Override
    public void apply(TopicEdit edit) {
        if (!edit.exists()) {
            throw ServiceException.of(ErrorCode.TOPIC_NOT_FOUND, "no topic " + edit.topic());
        }
        if (!edit.isDeleted()) {
            edit.nothingToDo(0);
            return;
        }
        if (edit.standing().getDeletion().getFinalMs() > 0) {
            throw Gone.topic(edit.standing());
        }
        edit.undelete();
        edit.event(EventKind.TOPIC_RESTORED, 0, List.of(), reason);
    }

    @Override
    public List<Command> undo(TopicHead before, Committed done) {
        return List.of(new DeleteTopic(done.revision(), Undo.REASON));
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("restore");
    }

    @Override
    public boolean isEmergency() {
        return true;
    }
}
