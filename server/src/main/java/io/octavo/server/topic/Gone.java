package io.octavo.server.topic;

import io.octavo.protocol.Deletion;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.time.Instant;

/** What is said of versions and topics that are gone for ever: since when, by whom and why. */
public final class Gone {
    private Gone() {}

    /** Of a version that was deleted. */
    public static ServiceException version(String topic, VersionRecord deleted) {
        return gone("version " + deleted.getVersion() + " of " + topic + " is gone: " + how(deleted.getDeletion()));
    }

    /** Of a version whose record is gone too. */
    public static ServiceException record(String topic, long version) {
        return gone(
                "version " + version + " of " + topic
                        + " is gone, and so long ago that its record is gone too (expected: a version that octavo history lists)");
    }

    /** Of what was done to a topic before its horizon. */
    public static ServiceException history(TopicHead head) {
        return gone("what " + head.getTopic() + " was before "
                + Instant.ofEpochMilli(head.getHorizon().getAtMs())
                + " is gone: its audit trail reaches back to then, to"
                + " revision " + head.getHorizon().getRevision());
    }

    /** Of a topic whose deletion can't be undone any more. */
    static ServiceException topic(TopicHead head) {
        return gone("topic " + head.getTopic() + " is gone: " + how(head.getDeletion()) + "; since "
                + Instant.ofEpochMilli(head.getDeletion().getFinalMs())
                + " this can't be undone (expected: publish it anew, its version numbers go on)");
    }

    private static String how(Deletion deletion) {
        return "deleted at " + Instant.ofEpochMilli(deletion.getAtMs()) + " by " + deletion.getBy() + ": "
                + deletion.getReason();
    }

    private static ServiceException gone(String text) {
        return ServiceException.of(ErrorCode.GONE, text);
    }
}
