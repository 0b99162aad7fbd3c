package io.octavo.server.web;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.octavo.protocol.Hold;
import io.octavo.protocol.Part;
import io.octavo.protocol.S3Location;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A version, as every answer that has one shows it.
 *
 * @param size   in bytes
 * @param sha256 lower-case hex
 * @param write  what the write did that this answers; null where it answers none
 * @param reason why a consumer is to run it; null where nobody asked that
 */
record VersionView(
        String topic,
        long version,
        long revision,
        Instant publishedAt,
        String publishedBy,
        long size,
        String sha256,
        @Nullable String contentType,
        Map<String, String> metadata,
        Pointer pointer,
        List<PublicationView> publications,
        State state,
        List<HoldView> holds,
        String ui,
        @JsonUnwrapped @Nullable Written write,
        @Nullable Reason reason) {

    /** What may be done with a version. */
    enum State {
        STAGED,
        PUBLISHED,
        QUARANTINED,
        DELETED
    }

    /**
     * Where the bytes are: direct (beside the metadata), s3 (our buckets) or external (somebody's).
     *
     * @param digestVerified of external ones: whether the bytes were read when the version was made; null for ours,
     *     which always are
     */
    record Pointer(
            String kind, List<Location> locations, @Nullable Boolean digestVerified) {}

    /** One object of a bucket. */
    record Location(String region, String bucket, String key) {}

    /** Keeps the version from retention. */
    record HoldView(
            String holder,
            String reason,
            Instant at,
            @Nullable Instant expiresAt) {}

    /**
     * What made a consumer's version: a pin or a publication, and of which scope. Or it stands in for one that is held
     * back, for its payload is missing.
     *
     * @param kind        PIN, PUBLICATION or STAND_IN
     * @param standsInFor the version held back; null = none is
     */
    record Reason(String kind, String scope, @Nullable Long standsInFor) {
        static @Nullable Reason of(Resolution resolution) {
            return resolution.scope() == null
                    ? null
                    : new Reason(resolution.pinned() ? "PIN" : "PUBLICATION", Scopes.format(resolution.scope()), null);
        }

        /** Of a version that stands in. */
        static Reason standIn(Scope scope, long version) {
            return new Reason("STAND_IN", Scopes.format(scope), version);
        }
    }

    /**
     * Shows a version.
     *
     * @param head   the topic's, for the holds
     * @param record with all its publications
     */
    static VersionView of(TopicHead head, VersionRecord record) {
        return of(head, record, null);
    }

    /** Shows a version as a consumer's. */
    static VersionView of(TopicHead head, VersionRecord record, @Nullable Reason reason) {
        return of(head, record, record.getRevision(), null, reason);
    }

    /**
     * Shows a version as the answer to a write.
     *
     * @param revision the one at which it was done
     */
    static VersionView written(TopicHead head, VersionRecord record, long revision, Written write) {
        return of(head, record, revision, write, null);
    }

    private static VersionView of(
            TopicHead head, VersionRecord record, long revision, @Nullable Written write, @Nullable Reason reason) {
        Part part = part(record);
        return new VersionView(
                head.getTopic(),
                record.getVersion(),
                revision,
                Instant.ofEpochMilli(record.getAtMs()),
                record.getBy(),
                part.getSize(),
                HexFormat.of().formatHex(part.getSha256().toByteArray()),
                part.getContentType().isEmpty() ? null : part.getContentType(),
                new TreeMap<>(record.getMetadataMap()),
                pointer(part),
                record.getPublicationsList().stream()
                        .map(PublicationView::inVersion)
                        .toList(),
                state(record),
                head.getHoldsList().stream()
                        .filter(hold -> hold.getVersion() == record.getVersion())
                        .map(VersionView::hold)
                        .toList(),
                Addresses.page(head.getTopic()),
                write,
                reason);
    }

    /** The only part of a version. */
    static Part part(VersionRecord record) {
        return record.getPartsCount() == 0 ? Part.getDefaultInstance() : record.getParts(0);
    }

    static State state(VersionRecord record) {
        if (record.hasDeletion()) {
            return State.DELETED;
        }
        if (record.hasQuarantine()) {
            return State.QUARANTINED;
        }
        boolean isPublished = record.getPublicationsList().stream().anyMatch(p -> !p.hasWithdrawal());
        return isPublished ? State.PUBLISHED : State.STAGED;
    }

    private static Pointer pointer(Part part) {
        return switch (part.getPointerCase()) {
            case S3 -> new Pointer("s3", locations(part.getS3().getLocationsList()), null);
            case EXTERNAL ->
                new Pointer(
                        "external",
                        locations(part.getExternal().getLocationsList()),
                        part.getExternal().getDigestVerified());
            case DIRECT, POINTER_NOT_SET -> new Pointer("direct", List.of(), null);
        };
    }

    private static List<Location> locations(List<S3Location> locations) {
        return locations.stream()
                .map(l -> new Location(l.getRegion(), l.getBucket(), l.getKey()))
                .toList();
    }

    private static HoldView hold(Hold hold) {
        return new HoldView(
                hold.getHolder(),
                hold.getReason(),
                Instant.ofEpochMilli(hold.getAtMs()),
                hold.getExpiresAtMs() == 0 ? null : Instant.ofEpochMilli(hold.getExpiresAtMs()));
    }
}
