package io.octavo.server.topic;

import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import java.util.HashMap;
import java.util.Map;

/** Holds a head to its limits; an emergency always fits. */
final class HeadLimits {
    private HeadLimits() {}

    /**
     * Answers the head as it may be written: for an emergency that is too large otherwise, without the metadata of its
     * versions.
     *
     * @throws ServiceException HEAD_FULL if it may not be written
     */
    static TopicHead fit(TopicHead head, boolean emergency) {
        if (!emergency) {
            checkPublications(head);
            checkSize(head, Limits.HEAD_BYTES_FOR_PUBLISHING, "for publishing");
            return head;
        }
        if (head.getSerializedSize() <= Limits.HEAD_BYTES) {
            return head;
        }
        TopicHead small = withoutMetadata(head);
        checkSize(small, Limits.HEAD_BYTES, "in all");
        return small;
    }

    private static TopicHead withoutMetadata(TopicHead head) {
        TopicHead.Builder small = head.toBuilder();
        for (VersionRecord.Builder record : small.getVersionsBuilderList()) {
            record.clearMetadata().setMetadataOmitted(true);
        }
        return small.build();
    }

    private static void checkPublications(TopicHead head) {
        Map<Object, Integer> partial = new HashMap<>();
        for (Publication publication : head.getPublicationsList()) {
            int more = publication.hasShare() ? 1 : 0;
            if (partial.merge(publication.getScope(), more, Integer::sum) > Limits.PARTIAL_PUBLICATIONS) {
                throw full(
                        head,
                        "partial publications for " + Scopes.format(publication.getScope()),
                        Limits.PARTIAL_PUBLICATIONS + 1L,
                        Limits.PARTIAL_PUBLICATIONS,
                        "publish one of them to all, or withdraw one");
            }
        }
        if (partial.size() > Limits.SCOPES) {
            throw full(
                    head,
                    "scopes",
                    partial.size(),
                    Limits.SCOPES,
                    "publish to a wider scope, or withdraw versions from scopes that need none");
        }
    }

    private static void checkSize(TopicHead head, int most, String purpose) {
        if (head.getSerializedSize() > most) {
            throw full(
                    head,
                    "head size " + purpose + ", in bytes",
                    head.getSerializedSize(),
                    most,
                    "publish to fewer scopes, or with less metadata");
        }
    }

    private static ServiceException full(TopicHead head, String what, long count, int most, String help) {
        return ServiceException.of(
                ErrorCode.HEAD_FULL,
                what + " of " + head.getTopic() + ": " + count + " (expected: at most " + most + "); " + help);
    }
}
