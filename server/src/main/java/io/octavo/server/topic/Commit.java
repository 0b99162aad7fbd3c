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
 * @param removal          rows that go
 */
public record Commit(
        long expectedRevision,
        TopicHead head,
        List<VersionRecord> versions,
        TopicEvent event,
        RequestRecord request,
        long uploadId,
        Removal removal) {
    /**
     * Rows that a commit takes away for ever.
     *
     * @param versions    numbers of version rows
     * @param eventsBelow events below this revision go; 0 = none does
     */
    public record Removal(List<Long> versions, long eventsBelow) {
        /** Nothing goes. */
        public static final Removal NONE = new Removal(List.of(), 0);

        public Removal {
            versions = List.copyOf(versions);
        }
    }

    public Commit {
        versions = List.copyOf(versions);
        if (head.getRevision() != expectedRevision + 1 || event.getRevision() != head.getRevision()) {
            throw new IllegalArgumentException("revision: " + head.getRevision() + " (expected: one more than "
                    + expectedRevision + ", as in the event)");
        }
    }

    /** One that takes nothing away. */
    public Commit(
            long expectedRevision,
            TopicHead head,
            List<VersionRecord> versions,
            TopicEvent event,
            RequestRecord request,
            long uploadId) {
        this(expectedRevision, head, versions, event, request, uploadId, Removal.NONE);
    }

    public String topic() {
        return head.getTopic();
    }
}
