package io.octavo.server.topic;

import io.octavo.protocol.Deletion;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.util.List;

/**
 * Gives versions up for ever that retention need not keep, many in one step. What goes was decided by the head and the
 * rows at one revision; should anything have changed since, this is refused, and it has to be decided anew.
 *
 * @param decidedAt the revision by which it was decided
 * @param rows      of the versions, as they were then; 1 to 100
 */
public record CollectVersions(long decidedAt, List<VersionRecord> rows, String reason) implements Command {
    /** Whom the audit trail names. */
    public static final String WHO = "octavo:retention";

    /** So many versions in one step at most. */
    public static final int MOST = 100;

    public CollectVersions {
        rows = List.copyOf(rows);
        Limits.checkSaid("reason", reason, Limits.REASON_LENGTH);
        if (rows.isEmpty() || rows.size() > MOST) {
            throw new IllegalArgumentException("versions: " + rows.size() + " (expected: 1 to " + MOST + ")");
        }
    }

    @Override
    public void apply(TopicEdit edit) {
        requireStanding(edit, decidedAt);
        for (VersionRecord row : rows) {
            if (row.hasDeletion()) {
                throw new IllegalStateException("version " + row.getVersion() + " of " + edit.topic() + " is gone");
            }
            edit.changeUnnamed(row.toBuilder()
                    .setDeletion(Deletion.newBuilder()
                            .setAtMs(edit.now())
                            .setBy(edit.who())
                            .setReason(reason)
                            .setCollected(true))
                    .build());
        }
        List<Long> numbers = rows.stream().map(VersionRecord::getVersion).toList();
        edit.event(EventKind.VERSIONS_COLLECTED, 0, List.of(), Numbers.text(numbers) + ": " + reason);
    }

    /** Refuses what was decided by a state that stands no more. */
    static void requireStanding(TopicEdit edit, long decidedAt) {
        if (edit.revision() - 1 != decidedAt) {
            throw ServiceException.of(
                    ErrorCode.STALE_REVISION,
                    "revision of " + edit.topic() + ": " + (edit.revision() - 1) + " (expected: " + decidedAt
                            + ", by which it was decided what goes)");
        }
    }

    @Override
    public Fingerprint fingerprint() {
        Fingerprint fingerprint = Fingerprint.of("collect").add(decidedAt);
        rows.forEach(row -> fingerprint.add(row.getVersion()));
        return fingerprint;
    }

    @Override
    public boolean isEmergency() {
        return true;
    }
}
