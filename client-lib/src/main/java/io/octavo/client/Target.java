package io.octavo.client;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Acceptance.Offered;
import io.octavo.rules.Heads;
import org.jspecify.annotations.Nullable;

/**
 * An offer, ready to be judged and fetched.
 *
 * @param offered what is judged
 * @param bytes   the payload, if it rode along
 */
record Target(Offered offered, @Nullable ByteString bytes) {
    static Target of(Offer offer, Consumer consumer) {
        return new Target(Offered.byService(offer, consumer), offer.getHasPayload() ? offer.getPayload() : null);
    }

    long version() {
        return offered.version();
    }

    long revision() {
        return offered.head().getRevision();
    }

    /** The offered version's; null if the head doesn't have it. */
    @Nullable
    VersionRecord record() {
        return Heads.record(offered.head(), version());
    }

    boolean isOlderThan(Target other) {
        return Heads.isNewer(other.offered.head(), offered.head());
    }

    boolean isAtSameRevisionAs(Target other) {
        return !isOlderThan(other) && !other.isOlderThan(this);
    }

    /** The same, its bytes to be read from the service. */
    Target withoutBytes() {
        return new Target(offered, null);
    }
}
