package io.octavo.client;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Acceptance.Mark;
import io.octavo.rules.Acceptance.Offered;
import io.octavo.rules.Heads;
import io.octavo.rules.Resolution;
import org.jspecify.annotations.Nullable;

/**
 * An offer, ready to be judged and fetched.
 *
 * @param offered what is judged
 * @param record  the offered version's; null if the offer's head doesn't have it
 * @param bytes   the payload, if it rode along
 */
record Target(
        Offered offered,
        @Nullable VersionRecord record,
        @Nullable ByteString bytes) {
    /**
     * Reads an offer.
     *
     * @return null if it says that only the revision has changed, but is not about the version that is held: it answers
     *     a poll that was sent before that version was taken into use
     */
    static @Nullable Target of(Offer offer, Mark mark, Consumer consumer) {
        long version = offer.getVersion();
        if (!offer.hasHead()) {
            if (version != 0 && version != mark.version()) {
                return null;
            }
            TopicHead bare = TopicHead.newBuilder()
                    .setTopic(offer.getTopic())
                    .setEpoch(offer.getEpoch())
                    .setRevision(offer.getRevision())
                    .build();
            return new Target(new Offered(bare, version, mark.pinned(), true), null, null);
        }
        TopicHead head = offer.getHead();
        boolean pinned = Resolution.of(head, consumer).pinned();
        return new Target(
                new Offered(head, version, pinned, true),
                version == 0 ? null : Heads.record(head, version),
                offer.getHasPayload() ? offer.getPayload() : null);
    }

    long version() {
        return offered.version();
    }

    long revision() {
        return offered.head().getRevision();
    }

    boolean isOlderThan(Target other) {
        return Heads.isNewer(other.offered.head(), offered.head());
    }

    boolean isAtSameRevisionAs(Target other) {
        return !isOlderThan(other) && !other.isOlderThan(this);
    }

    /** The same, its bytes to be read from the service. */
    Target withoutBytes() {
        return new Target(offered, record, null);
    }
}
