package io.octavo.client;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Acceptance.Offered;
import io.octavo.rules.Heads;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An offer, ready to be judged and fetched.
 *
 * @param offered what is judged
 * @param bytes   the payload, if it rode along
 * @param source  whose word it is
 * @param asOf    up to when that is known to be right
 */
record Target(Offered offered, @Nullable ByteString bytes, Source source, Instant asOf) {
    static Target of(Offer offer, Consumer consumer, Instant now) {
        ByteString bytes = offer.getHasPayload() ? offer.getPayload() : null;
        return new Target(Offered.byService(offer, consumer), bytes, Source.SERVICE, now);
    }

    /** What a head that isn't the service's word means for a consumer. */
    static Target resolved(TopicHead head, Consumer consumer, Source source, Instant asOf) {
        return new Target(Offered.resolved(Heads.narrow(head, consumer), consumer), null, source, asOf);
    }

    /** A version for a process without a value, in place of the one that it is to run. */
    static Target standIn(TopicHead head, VersionRecord record, Source source, Instant asOf) {
        List<VersionRecord> records = Stream.concat(
                        head.getVersionsList().stream().filter(other -> other.getVersion() != record.getVersion()),
                        Stream.of(record))
                .sorted(Comparator.comparing(VersionRecord::getVersion))
                .toList();
        TopicHead with =
                head.toBuilder().clearVersions().addAllVersions(records).build();
        return new Target(new Offered(with, record.getVersion(), false, false, true), null, source, asOf);
    }

    long version() {
        return offered.version();
    }

    TopicHead head() {
        return offered.head();
    }

    long revision() {
        return offered.head().getRevision();
    }

    /** The offered version's; null if the head doesn't have it. */
    @Nullable
    VersionRecord record() {
        return Heads.record(offered.head(), version());
    }

    /** Whether it tells nothing but that a version stands at a revision. */
    boolean isBare() {
        return version() != 0 && record() == null;
    }

    /** Whether it is of the same version: after a restore from a backup, another one may be given the same number. */
    boolean isSameVersion(Target other) {
        return version() == other.version() && offered.digests().equals(other.offered.digests());
    }

    boolean isOlderThan(Target other) {
        return Heads.isNewer(other.offered.head(), offered.head());
    }

    /** Whether it brings nothing that the other one didn't. */
    boolean isNoNewsAfter(Target other) {
        return source == other.source && !isOlderThan(other) && !other.isOlderThan(this);
    }

    /** The same, with its bytes. */
    Target with(ByteString payload) {
        return new Target(offered, payload, source, asOf);
    }

    /** The same, its bytes to be read from elsewhere. */
    Target withoutBytes() {
        return new Target(offered, null, source, asOf);
    }
}
