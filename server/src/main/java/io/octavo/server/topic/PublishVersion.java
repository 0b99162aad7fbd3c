package io.octavo.server.topic;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Hold;
import io.octavo.protocol.Part;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.Validation;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.validation.PayloadChecks;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a new version of stored parts, and publishes it.
 *
 * @param scopes          whom it is published to; empty = nobody yet (staged)
 * @param expectedVersion the newest version there must be, 0 = none; null = any
 * @param ifChanged       does nothing if the newest version has the same digests, metadata and scopes
 * @param hold            why the version is held from retention from the start; null = no hold
 * @param uploadId        the upload that stored the parts; 0 = none
 * @param reason          for the audit trail; may be empty
 * @param scopeSaid       whether whoever asks has said to whom it goes, be it to nobody or to everybody
 * @param checked         the checks of their bytes that the parts have passed, see {@link PayloadChecks#content}
 */
public record PublishVersion(
        List<Part> parts,
        Map<String, String> metadata,
        List<Scope> scopes,
        @Nullable Long expectedVersion,
        boolean ifChanged,
        @Nullable String hold,
        long uploadId,
        String reason,
        boolean scopeSaid,
        Validation checked)
        implements Command {
    /** A version whose scopes were said, of parts that were not looked at. */
    public PublishVersion(
            List<Part> parts,
            Map<String, String> metadata,
            List<Scope> scopes,
            @Nullable Long expectedVersion,
            boolean ifChanged,
            @Nullable String hold,
            long uploadId,
            String reason) {
        this(
                parts,
                metadata,
                scopes,
                expectedVersion,
                ifChanged,
                hold,
                uploadId,
                reason,
                true,
                Validation.getDefaultInstance());
    }

    public PublishVersion {
        parts = List.copyOf(parts);
        metadata = Map.copyOf(metadata);
        scopes = scopes.stream()
                .map(Scopes::check)
                .distinct()
                .sorted(Scopes.ORDER)
                .toList();
        Limits.checkMetadata("meta", metadata);
        Limits.checkText("reason", reason, Limits.REASON_LENGTH);
        if (hold != null) {
            Limits.checkSaid("hold", hold, Limits.REASON_LENGTH);
        }
        if (scopes.size() > Limits.SCOPES) {
            throw new InvalidField("scope", scopes.size() + " scopes", "at most " + Limits.SCOPES);
        }
        if (expectedVersion != null && expectedVersion < 0) {
            throw new InvalidField("expectedVersion", expectedVersion, "0 for no version yet, or a version's number");
        }
    }

    @Override
    public void apply(TopicEdit edit) {
        long newest = edit.newestOfThisLife();
        if (expectedVersion != null && expectedVersion != newest) {
            throw ServiceException.of(
                    ErrorCode.VERSION_CONFLICT,
                    "newest version of " + edit.topic() + ": " + newest + " (expected: " + expectedVersion + ")");
        }
        VersionRecord before = ifChanged && newest > 0 ? edit.row(newest) : null;
        if (before != null && isSame(before)) {
            edit.nothingToDo(newest);
            return;
        }
        edit.startNewLifeIfDeleted();
        checkScopeSaid(edit.settings(), scopeSaid);
        checkParts(edit);
        long number = edit.nextVersion();
        VersionRecord.Builder row = VersionRecord.newBuilder()
                .setVersion(number)
                .setRevision(edit.revision())
                .setAtMs(edit.now())
                .setBy(edit.who())
                .putAllMetadata(metadata)
                .addAllParts(parts);
        for (Scope scope : scopes) {
            row.addPublications(Publication.newBuilder()
                    .setVersion(number)
                    .setScope(scope)
                    .setAtMs(edit.now())
                    .setBy(edit.who()));
        }
        edit.addNewest(row.build());
        if (hold != null) {
            edit.hold(Hold.newBuilder()
                    .setVersion(number)
                    .setHolder(edit.who())
                    .setReason(hold)
                    .setAtMs(edit.now())
                    .build());
        }
        edit.event(scopes.isEmpty() ? EventKind.STAGED : EventKind.PUBLISHED, number, scopes, reason);
    }

    /**
     * Checks that a publish to everybody was meant to be one.
     *
     * @param scopeSaid whether somebody said to whom it goes
     * @throws InvalidField if nobody has, and the topic requires it
     */
    public static void checkScopeSaid(Settings settings, boolean scopeSaid) {
        if (!scopeSaid && settings.getRequireScope()) {
            throw new InvalidField("scope", "none", "at least one: the topic requires it; * means everybody");
        }
    }

    /** The topic's checks as they stand now; those that need the bytes must be the ones that the bytes have passed. */
    private void checkParts(TopicEdit edit) {
        edit.sizeRules().check(parts.stream().mapToLong(Part::getSize).sum());
        Validation wanted = PayloadChecks.content(edit.settings().getValidation());
        if (!wanted.equals(Validation.getDefaultInstance()) && !wanted.equals(checked)) {
            throw ServiceException.validationFailed(List.of(new InvalidField(
                    "payload",
                    "not held against the checks of " + edit.topic() + " as they stand now",
                    "a payload that is: settings.validation was changed meanwhile; publish it again")));
        }
    }

    /** Withdrawn, its consumers go back to what they ran before. */
    @Override
    public List<Command> undo(TopicHead before, Committed done) {
        VersionRecord made = done.version();
        return made == null
                ? List.of()
                : scopes.stream()
                        .map(scope -> (Command) new WithdrawVersion(made.getVersion(), scope, Undo.REASON))
                        .toList();
    }

    @Override
    public Fingerprint fingerprint() {
        Fingerprint fingerprint = Fingerprint.of("publish").add(metadata).add(scopes.size());
        scopes.forEach(fingerprint::add);
        for (Part part : parts) {
            fingerprint.add(part.getName()).add(part.getSize()).add(part.getSha256());
        }
        return fingerprint;
    }

    private boolean isSame(VersionRecord newest) {
        List<Scope> publishedTo = newest.getPublicationsList().stream()
                .filter(publication -> !publication.hasWithdrawal() && !publication.hasShare())
                .map(Publication::getScope)
                .sorted(Scopes.ORDER)
                .toList();
        return !newest.hasQuarantine()
                && !newest.hasDeletion()
                && publishedTo.equals(scopes)
                && newest.getMetadataMap().equals(metadata)
                && digests(newest.getPartsList()).equals(digests(parts));
    }

    private static List<?> digests(List<Part> parts) {
        return parts.stream().map(Part::getSha256).toList();
    }
}
