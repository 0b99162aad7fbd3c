package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.protocol.Withdrawal;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import java.util.List;

/** Takes the publication of a version to one scope back. */
public record WithdrawVersion(long version, Scope scope, String reason) implements Command {
    public WithdrawVersion {
        scope = Scopes.check(scope);
        Limits.checkText("reason", reason, Limits.REASON_LENGTH);
    }

    @Override
    public void apply(TopicEdit edit) {
        VersionRecord row = edit.requireVersion(version);
        int index = Rows.publicationIndex(row, scope);
        if (index < 0) {
            throw ServiceException.of(
                    ErrorCode.VERSION_NOT_FOUND,
                    "version " + version + " of " + edit.topic() + " was never published to " + Scopes.format(scope));
        }
        if (row.getPublications(index).hasWithdrawal()) {
            edit.nothingToDo(version);
            return;
        }
        VersionRecord.Builder changed = row.toBuilder();
        changed.getPublicationsBuilder(index)
                .setWithdrawal(Withdrawal.newBuilder()
                        .setAtMs(edit.now())
                        .setBy(edit.who())
                        .setReason(reason));
        edit.change(changed.build());
        edit.event(EventKind.WITHDRAWN, version, List.of(scope), reason);
    }

    /** A quarantined version can't be published again; a share comes back with the salt it had. */
    @Override
    public List<Command> undo(TopicHead before, Committed done) {
        VersionRecord row = done.version();
        int index = row == null || row.hasQuarantine() ? -1 : Rows.publicationIndex(row, scope);
        if (row == null || index < 0) {
            return List.of();
        }
        Publication was = row.getPublications(index);
        return List.of(new AddScope(version, scope, was.hasShare() ? was.getShare() : null, Undo.REASON));
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("withdraw").add(version).add(scope);
    }

    @Override
    public boolean isEmergency() {
        return true;
    }
}
