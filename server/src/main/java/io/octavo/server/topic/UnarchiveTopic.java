package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Idleness;
import java.util.List;

/**
 * Takes the mark of an archived topic away: it is in use, from now on.
 *
 * @param reason who uses it again
 */
public record UnarchiveTopic(String reason) implements Command {
    public UnarchiveTopic {
        Limits.checkText("reason", reason, Limits.REASON_LENGTH);
    }

    @Override
    public void apply(TopicEdit edit) {
        edit.requireTopic();
        Idleness before = edit.settings().getIdleness();
        if (before.getArchivedMs() == 0) {
            edit.nothingToDo(0);
            return;
        }
        edit.idleness(before.toBuilder()
                .clearArchivedMs()
                .clearSinceMs()
                .setUsedMs(edit.now())
                .build());
        edit.event(EventKind.TOPIC_UNARCHIVED, 0, List.of(), reason);
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("unarchive");
    }
}
