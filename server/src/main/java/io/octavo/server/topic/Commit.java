package io.octavo.server.topic;

import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import java.util.List;

/**
 * One change of one topic, ready to be written in one step.
 *
 * @param expectedRevision the revision it replaces; 0 = the name was never used
 * @param head             the new head, at {@code expectedRevision + 1}
 * @param versions         version rows to write, with all their publications
 * @param event            the row of the audit trail
 * @param request          the row of the idempotency key
 * @param uploadId         the upload whose payload this makes part of a version; 0 = none
 */
public record Commit(
        long expectedRevision,
        TopicHead head,
        List<VersionRecord> versions,
        TopicEvent event,
        RequestRecord request,
        long uploadId) {
    public Commit {
        versions = List.copyOf(versions);
        if (head.getRevision() != expectedRevision + 1 || event.getRevision() != head.getRevision()) {
            throw new IllegalArgumentException("revision: " + head.getRevision() + " (expected: one more than "
                    + expectedRevision + ", as in the event)");
        }
    }

    public String topic() {
        return head.getTopic();
    }
}
