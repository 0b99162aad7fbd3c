package io.octavo.server.consumers;

import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;

/** What of a head decides who runs what. */
final class Deciding {
    private Deciding() {}

    /** A head that resolves as this one does, with nothing else in it. */
    static TopicHead of(TopicHead head) {
        TopicHead.Builder bare =
                head.toBuilder().clearSettings().clearHolds().clearWithdrawn().clearVersions();
        for (VersionRecord record : head.getVersionsList()) {
            if (record.hasQuarantine()) {
                bare.addVersions(VersionRecord.newBuilder()
                        .setVersion(record.getVersion())
                        .setQuarantine(record.getQuarantine().toBuilder().clearReason()));
            }
        }
        return bare.build();
    }
}
