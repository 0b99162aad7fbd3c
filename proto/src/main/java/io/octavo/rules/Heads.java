package io.octavo.rules;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reading heads: order, look-up, and narrowing to one consumer. */
public final class Heads {
    /** The newest format of a head that this code reads and writes. */
    public static final int FORMAT = 1;

    private Heads() {}

    /** Compares two positions of a topic by (epoch, revision): negative if the first is older. */
    public static int compare(long epoch, long revision, long otherEpoch, long otherRevision) {
        int byEpoch = Long.compare(epoch, otherEpoch);
        return byEpoch != 0 ? byEpoch : Long.compare(revision, otherRevision);
    }

    /** Whether {@code head} is newer than {@code other}. */
    public static boolean isNewer(TopicHead head, TopicHead other) {
        return compare(head.getEpoch(), head.getRevision(), other.getEpoch(), other.getRevision()) > 0;
    }

    /** The record of a version that the head names; null if it doesn't. */
    public static @Nullable VersionRecord record(TopicHead head, long version) {
        List<VersionRecord> records = head.getVersionsList();
        int low = 0;
        int high = records.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            VersionRecord record = records.get(middle);
            if (record.getVersion() == version) {
                return record;
            }
            if (record.getVersion() < version) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    /**
     * The head with only what matters to one consumer: the publications and pins that match it and the records they
     * name; no settings, no holds. It resolves to the same version, for this consumer.
     */
    public static TopicHead narrow(TopicHead head, Consumer consumer) {
        TopicHead.Builder narrow = head.toBuilder()
                .clearSettings()
                .clearHolds()
                .clearPublications()
                .clearPins()
                .clearVersions();
        Set<Long> named = new HashSet<>();
        for (Publication publication : head.getPublicationsList()) {
            if (Scopes.matches(publication.getScope(), consumer)
                    && Shares.includes(publication, consumer.getInstance())) {
                narrow.addPublications(publication);
                named.add(publication.getVersion());
            }
        }
        for (Pin pin : head.getPinsList()) {
            if (Scopes.matches(pin.getScope(), consumer)) {
                narrow.addPins(pin);
                named.add(pin.getVersion());
            }
        }
        for (VersionRecord record : head.getVersionsList()) {
            if (named.contains(record.getVersion())) {
                narrow.addVersions(record);
            }
        }
        return narrow.build();
    }
}
