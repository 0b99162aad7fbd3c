package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Horizon;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes away events that are below a horizon, and the records of versions that were gone by then. A horizon never goes
 * back; a record stays while it is needed to tell who may go to a lower version.
 *
 * @param below    events below this revision go
 * @param atMillis when the newest of those happened
 * @param records  versions whose records are to go, at most 100: those that may not stay
 */
public record TrimHistory(long below, long atMillis, List<Long> records) implements Command {
    public TrimHistory {
        records = List.copyOf(records);
        if (below < 0 || records.size() > CollectVersions.MOST) {
            throw new IllegalArgumentException("below: " + below + ", records: " + records.size()
                    + " (expected: a revision, and at most " + CollectVersions.MOST + ")");
        }
    }

    @Override
    public void apply(TopicEdit edit) {
        TopicHead head = edit.standing();
        boolean isNewer = below > head.getHorizon().getRevision() && below <= head.getRevision();
        Horizon horizon = isNewer
                ? Horizon.newBuilder().setRevision(below).setAtMs(atMillis).build()
                : head.getHorizon();
        List<Long> going = records.stream()
                .filter(version -> mayGo(edit.row(version), head, horizon))
                .toList();
        if (!isNewer && going.isEmpty()) {
            edit.nothingToDo(0);
            return;
        }
        edit.remove(new Commit.Removal(going, isNewer ? below : 0), horizon);
        edit.event(
                EventKind.HISTORY_TRIMMED,
                0,
                List.of(),
                "events below revision " + horizon.getRevision()
                        + (going.isEmpty() ? "" : "; the records of " + Numbers.text(going)));
    }

    /** Whether a version's record is history, and nothing else. */
    private static boolean mayGo(@Nullable VersionRecord row, TopicHead head, Horizon horizon) {
        return row != null
                && row.hasDeletion()
                && row.getBytesGoneMs() > 0
                && row.getBytesGoneMs() <= horizon.getAtMs()
                && !head.getWithdrawnList().contains(row.getVersion());
    }

    @Override
    public Fingerprint fingerprint() {
        Fingerprint fingerprint = Fingerprint.of("trim").add(below).add(atMillis);
        records.forEach(fingerprint::add);
        return fingerprint;
    }

    @Override
    public boolean isEmergency() {
        return true;
    }
}
