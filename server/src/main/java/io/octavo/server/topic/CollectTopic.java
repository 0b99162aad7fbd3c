package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.util.List;

/**
 * Ends the time in which the deletion of a topic could be undone: its versions are of an earlier life from then on, and
 * retention gives them up. Refused if anything has changed since it was decided.
 *
 * @param decidedAt the revision by which it was decided
 */
public record CollectTopic(long decidedAt) implements Command {
    @Override
    public void apply(TopicEdit edit) {
        CollectVersions.requireStanding(edit, decidedAt);
        if (!edit.isDeleted()) {
            throw ServiceException.of(
                    ErrorCode.STALE_REVISION, "topic " + edit.topic() + " is there (expected: one that was deleted)");
        }
        if (edit.standing().getDeletion().getFinalMs() > 0) {
            edit.nothingToDo(0);
            return;
        }
        edit.endDeletion();
        edit.event(
                EventKind.DELETION_FINAL,
                0,
                List.of(),
                "deleted by " + edit.standing().getDeletion().getBy() + ": "
                        + edit.standing().getDeletion().getReason());
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("collect-topic").add(decidedAt);
    }

    @Override
    public boolean isEmergency() {
        return true;
    }
}
