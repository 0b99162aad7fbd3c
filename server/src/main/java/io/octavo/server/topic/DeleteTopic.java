package io.octavo.server.topic;

import io.octavo.protocol.Deletion;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.util.List;

/**
 * Marks a topic as deleted: nothing resolves any more.
 *
 * @param expectedRevision the revision that the caller has seen
 */
public record DeleteTopic(long expectedRevision, String reason) implements Command {
    public DeleteTopic {
        Limits.checkSaid("reason", reason, Limits.REASON_LENGTH);
    }

    @Override
    public void apply(TopicEdit edit) {
        edit.requireTopic();
        if (expectedRevision != edit.revision() - 1) {
            throw ServiceException.of(
                    ErrorCode.STALE_REVISION,
                    "revision of " + edit.topic() + ": " + (edit.revision() - 1) + " (expected: " + expectedRevision
                            + "); read it again");
        }
        edit.deletion(Deletion.newBuilder()
                .setAtMs(edit.now())
                .setBy(edit.who())
                .setReason(reason)
                .build());
        edit.event(EventKind.TOPIC_DELETED, 0, List.of(), reason);
    }

    @Override
    public List<Command> undo(TopicHead before, Committed done) {
        return List.of(new RestoreTopic(Undo.REASON));
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("delete").add(expectedRevision).add(reason);
    }

    @Override
    public boolean isEmergency() {
        return true;
    }
}
