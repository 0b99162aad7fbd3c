package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Idleness;
import java.time.Instant;
import java.util.List;

/**
 * Marks a topic that nobody has used for long. It is served as before, and the mark goes with the next version. Refused if
 * anything has changed since it was decided.
 *
 * @param decidedAt the revision by which it was decided
 * @param since     since when nobody uses it
 */
public record ArchiveTopic(long decidedAt, Instant since) implements Command {
    @Override
    public void apply(TopicEdit edit) {
        edit.requireTopic();
        CollectVersions.requireStanding(edit, decidedAt);
        Idleness before = edit.settings().getIdleness();
        if (before.getArchivedMs() > 0 || before.getKept()) {
            edit.nothingToDo(0);
            return;
        }
        edit.idleness(before.toBuilder()
                .setArchivedMs(edit.now())
                .setSinceMs(since.toEpochMilli())
                .build());
        edit.event(EventKind.TOPIC_ARCHIVED, 0, List.of(), "nobody has published or consumed it since " + since);
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("archive").add(decidedAt);
    }
}
