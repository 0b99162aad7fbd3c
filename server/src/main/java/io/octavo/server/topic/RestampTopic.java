package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Heads;
import io.octavo.rules.InvalidField;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a topic into a new epoch after the log was restored from a backup: whoever has seen what was lost takes what
 * comes from now on. Version numbers go on above all that were ever given. If the newest head that was exported is newer
 * than the one in the log, what it says comes back, with the versions that it names.
 *
 * @param epoch    above all that the topic ever had
 * @param exported the newest head that any fallback cache has; null = none
 */
public record RestampTopic(long epoch, @Nullable TopicHead exported) implements Command {
    private static final String REASON = "the log was restored from a backup";

    @Override
    public void apply(TopicEdit edit) {
        TopicHead standing = edit.standing();
        boolean isNew = standing.getRevision() == 0;
        if (isNew && exported == null) {
            edit.nothingToDo(0);
            return;
        }
        boolean isBehind = exported != null && (isNew || Heads.isNewer(exported, standing));
        if (!isNew && standing.getEpoch() == epoch && !isBehind) {
            edit.nothingToDo(0);
            return;
        }
        if (standing.getEpoch() > epoch || (exported != null && isBehind && exported.getEpoch() >= epoch)) {
            throw new InvalidField(
                    "epoch", epoch, "above all that " + edit.topic() + " has had, in the log and the fallback caches");
        }
        if (exported != null && isBehind) {
            edit.adopt(exported);
        }
        edit.epoch(epoch);
        edit.event(EventKind.LOG_RESTORED, 0, List.of(), isBehind ? REASON + "; newer state was exported" : REASON);
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("restamp").add(epoch).add(exported == null ? 0 : exported.getRevision());
    }

    @Override
    public boolean isEmergency() {
        return true;
    }
}
