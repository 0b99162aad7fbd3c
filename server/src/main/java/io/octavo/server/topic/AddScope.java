package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.Share;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.rules.Shares;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a version that is there to one more scope, or to a larger share of one that has it.
 *
 * @param share the part of the instances; null = all of them. A share only grows, and keeps the salt it has.
 */
public record AddScope(long version, Scope scope, @Nullable Share share, String reason) implements Command {
    public AddScope {
        scope = Scopes.check(scope);
        Limits.checkText("reason", reason, Limits.REASON_LENGTH);
        if (share != null && (share.getBound() < 1 || share.getBound() >= Shares.BUCKETS)) {
            throw new InvalidField("share", share.getBound(), "1 to " + (Shares.BUCKETS - 1) + " of " + Shares.BUCKETS);
        }
    }

    @Override
    public void apply(TopicEdit edit) {
        VersionRecord row = edit.requireServable(version);
        int index = Rows.publicationIndex(row, scope);
        Publication before = index < 0 ? null : row.getPublications(index);
        Share wanted = grown(before);
        if (before != null && !before.hasWithdrawal() && !isLarger(before, wanted)) {
            if (share == null || (before.hasShare() && before.getShare().equals(wanted))) {
                edit.nothingToDo(version);
                return;
            }
            throw new InvalidField(
                    "share",
                    share.getBound(),
                    "more than the " + (before.hasShare() ? before.getShare().getBound() : Shares.BUCKETS)
                            + " of 10000 that have it: a share only grows; withdraw the publication to take it back");
        }
        Publication.Builder publication = Publication.newBuilder()
                .setVersion(version)
                .setScope(scope)
                .setAtMs(edit.now())
                .setBy(edit.who());
        if (wanted != null) {
            publication.setShare(wanted);
        }
        VersionRecord.Builder changed = row.toBuilder();
        if (index < 0) {
            changed.addPublications(publication);
        } else {
            changed.setPublications(index, publication);
        }
        edit.change(changed.build());
        edit.event(EventKind.SCOPE_ADDED, version, List.of(scope), reason);
    }

    /** A share that grew stays: it can't be made smaller. */
    @Override
    public List<Command> undo(TopicHead before, Committed done) {
        boolean stoodBefore = before.getPublicationsList().stream()
                .anyMatch(publication -> publication.getVersion() == version
                        && publication.getScope().equals(scope));
        return stoodBefore ? List.of() : List.of(new WithdrawVersion(version, scope, Undo.REASON));
    }

    @Override
    public Fingerprint fingerprint() {
        return Fingerprint.of("add-scope")
                .add(version)
                .add(scope)
                .add(share == null ? Shares.BUCKETS : share.getBound());
    }

    private @Nullable Share grown(@Nullable Publication before) {
        if (share == null || before == null || !before.hasShare() || before.hasWithdrawal()) {
            return share;
        }
        return share.toBuilder().setSalt(before.getShare().getSalt()).build();
    }

    private static boolean isLarger(Publication before, @Nullable Share wanted) {
        return before.hasShare()
                && (wanted == null || wanted.getBound() > before.getShare().getBound());
    }
}
