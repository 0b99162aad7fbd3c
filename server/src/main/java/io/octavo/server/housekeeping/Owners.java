package io.octavo.server.housekeeping;

import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.UploadOutcome;
import io.octavo.protocol.UploadRecord;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.server.fallback.ExportedHeads;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose the bytes of a payload are: by the log, and by what the fallback caches name, which may know more than a log that
 * was set back to a backup. Calls block, and throw if the log or a region can't be asked: then nobody knows.
 */
public final class Owners {
    private static final int PAGE = 500;

    private final TopicLog log;
    private final ExportedHeads exported;
    private final Duration margin;
    private final InstantSource clock;

    /** @param margin how long after a restore of the log nothing is taken for nobody's */
    public Owners(TopicLog log, ExportedHeads exported, Duration margin, InstantSource clock) {
        this.log = log;
        this.exported = exported;
        this.margin = margin;
        this.clock = clock;
    }

    /** Who has a payload. */
    public enum Owner {
        /** A version whose bytes are not known to be gone. */
        VERSION,
        /** Nobody, and nobody can come to have it any more. */
        NOBODY,
        /** The log knows less than others do, or was restored a short time ago. */
        UNDECIDED
    }

    /**
     * Who has a payload whose upload is long over. If that is nobody, the upload is given up in the log, by a condition
     * that a commit of it decides against or fails by.
     */
    public Owner settle(String topic, long payloadId) {
        UploadRecord upload = log.upload(topic, payloadId);
        if (upload != null && upload.getOutcome() == UploadOutcome.COMMITTED) {
            return ofVersion(topic, upload.getVersion(), payloadId);
        }
        // One that this datacentre doesn't know of is in the rows that are read serially below, or decides the
        // condition.
        // Before the exported heads are asked: what a restore brings to a region late they name by the end of a margin,
        // which could come while they are read.
        Instant begun = clock.instant();
        // What a restore takes over from an exported head later than this is in that head now, or in the rows below.
        List<TopicHead> heads = exported.newest(topic);
        TopicHead head = log.head(topic, Read.SERIAL);
        // A log that was restored has versions of whose uploads it knows nothing.
        VersionRecord row = rowWith(topic, payloadId);
        if (row != null) {
            return owner(row, heads, payloadId);
        }
        boolean isNamed = isNamed(heads, payloadId) || (head != null && isNamed(List.of(head), payloadId));
        if (isSetBack(head, heads) || isNamed || isJustRestored(head, begun)) {
            return Owner.UNDECIDED;
        }
        if (!log.abortUpload(topic, payloadId, clock.millis())) {
            return Owner.VERSION;
        }
        // A log that was set back since the heads were asked would give up what it had committed, and what an export of
        // that commit has yet to name.
        return isJustRestored(log.head(topic, Read.SERIAL), begun) ? Owner.UNDECIDED : Owner.NOBODY;
    }

    /**
     * Whether a version that was committed has its payload still: until retention has noted in the log that its bytes are
     * gone, and for as long as an exported head names it.
     *
     * @param version 0 = not known: then it is taken to have it
     */
    public Owner ofVersion(String topic, long version, long payloadId) {
        // A local reading may be behind: then it is owned for a while longer.
        VersionRecord row = version == 0 ? null : log.version(topic, version, Read.LOCAL);
        return row == null || !has(row, payloadId)
                ? Owner.VERSION
                : owner(row, isGone(row) ? exported.newest(topic) : List.of(), payloadId);
    }

    private static Owner owner(VersionRecord row, List<TopicHead> heads, long payloadId) {
        return isGone(row) && !isNamed(heads, payloadId) ? Owner.NOBODY : Owner.VERSION;
    }

    private static boolean isGone(VersionRecord row) {
        return row.hasDeletion() && row.getBytesGoneMs() != 0;
    }

    private @Nullable VersionRecord rowWith(String topic, long payloadId) {
        long below = Long.MAX_VALUE;
        while (below > 1) {
            List<VersionRecord> rows = log.versionsBelow(topic, below, PAGE, Read.SERIAL);
            for (VersionRecord row : rows) {
                if (has(row, payloadId)) {
                    return row;
                }
            }
            below = rows.size() < PAGE ? 0 : rows.get(PAGE - 1).getVersion();
        }
        return null;
    }

    private static boolean isSetBack(@Nullable TopicHead standing, List<TopicHead> heads) {
        return heads.stream().anyMatch(head -> standing == null || Heads.isNewer(head, standing));
    }

    private boolean isJustRestored(@Nullable TopicHead head, Instant begun) {
        long epoch = head == null ? log.epoch() : head.getEpoch();
        return Instant.ofEpochMilli(epoch).isAfter(begun.minus(margin));
    }

    private static boolean isNamed(List<TopicHead> heads, long payloadId) {
        return heads.stream()
                .flatMap(head -> head.getVersionsList().stream())
                .anyMatch(version -> has(version, payloadId));
    }

    private static boolean has(VersionRecord version, long payloadId) {
        return version.getPartsList().stream().anyMatch(part -> payloadId(part) == payloadId);
    }

    /** 0 if its bytes are not ours. */
    private static long payloadId(Part part) {
        return part.hasDirect() ? part.getDirect().getPayloadId() : part.getS3().getPayloadId();
    }
}
