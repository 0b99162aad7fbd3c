package io.octavo.client;

import io.octavo.protocol.Part;
import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import java.time.Instant;
import java.util.List;

/** Makes {@link Version}s of the protocol's records. */
final class Versions {
    private Versions() {}

    /** With all its publications. */
    static Version of(String topic, VersionRecord record) {
        return of(
                topic,
                record,
                record.getPublicationsList().stream()
                        .filter(publication -> !publication.hasWithdrawal())
                        .toList());
    }

    /** With those publications that the head has. */
    static Version of(TopicHead head, VersionRecord record) {
        return of(
                head.getTopic(),
                record,
                head.getPublicationsList().stream()
                        .filter(publication -> publication.getVersion() == record.getVersion())
                        .toList());
    }

    private static Version of(String topic, VersionRecord record, List<Publication> standing) {
        if (record.getPartsCount() != 1) {
            throw OctavoException.lasting(
                    ErrorCode.INVALID_ARGUMENT,
                    "parts of " + topic + " version " + record.getVersion() + ": " + record.getPartsCount()
                            + " (expected: 1)",
                    null);
        }
        Part part = record.getParts(0);
        return new Version(
                topic,
                record.getVersion(),
                record.getRevision(),
                Instant.ofEpochMilli(record.getAtMs()),
                record.getBy(),
                record.getMetadataMap(),
                part.getSize(),
                Hex.of(part.getSha256()),
                part.getContentType(),
                state(record, standing),
                standing.stream()
                        .map(publication -> Scopes.format(publication.getScope()))
                        .distinct()
                        .toList());
    }

    private static Version.State state(VersionRecord record, List<Publication> standing) {
        if (record.hasDeletion()) {
            return Version.State.DELETED;
        }
        if (record.hasQuarantine()) {
            return Version.State.QUARANTINED;
        }
        return standing.isEmpty() ? Version.State.STAGED : Version.State.PUBLISHED;
    }
}
