package io.octavo.server.housekeeping;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.housekeeping.ReplicaRepair.Outcome;
import io.octavo.server.payload.DirectPayloads;
import io.octavo.server.payload.UploadLedger;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts payloads that are missing beside the metadata back from the fallback caches. Thread-safe; calls block. */
public final class DirectRepair {
    private static final Logger LOG = LoggerFactory.getLogger(DirectRepair.class);

    private final TopicLog log;
    private final DirectPayloads direct;
    private final FallbackCache fallback;
    private final UploadLedger ledger;

    /** @param direct the store itself, which knows what it has */
    public DirectRepair(TopicLog log, DirectPayloads direct, FallbackCache fallback, UploadLedger ledger) {
        this.log = log;
        this.direct = direct;
        this.fallback = fallback;
        this.ledger = ledger;
    }

    /** Looks whether a payload is there, and puts it back if it is not. */
    Outcome look(String topic, long version, Part part) {
        long id = part.getDirect().getPayloadId();
        if (direct.has(id)) {
            return Outcome.THERE;
        }
        if (!isStanding(topic, version)) {
            return Outcome.GIVEN_UP;
        }
        Found found = find(part);
        if (found.bytes == null) {
            return found.outcome;
        }
        // Noted first: should the version be given up meanwhile, the sweep removes what is stored now.
        ledger.started(topic, id, true);
        if (!isStanding(topic, version)) {
            return Outcome.GIVEN_UP;
        }
        direct.store(id, found.bytes);
        LOG.info("the payload of {} version {} was put back from a fallback cache", topic, version);
        return Outcome.REPAIRED;
    }

    private record Found(@Nullable ByteString bytes, Outcome outcome) {}

    private Found find(Part part) {
        if (part.getSize() == 0) {
            return new Found(ByteString.EMPTY, Outcome.THERE);
        }
        Outcome outcome = Outcome.LOST;
        for (FallbackRegion region : fallback.regions()) {
            try {
                ByteString bytes = region.payload(part.getDirect().getPayloadId());
                if (bytes != null && isOf(part, bytes)) {
                    return new Found(bytes, Outcome.THERE);
                }
                if (bytes != null) {
                    outcome = outcome == Outcome.UNKNOWN ? outcome : Outcome.DAMAGED;
                }
            } catch (ServiceException e) {
                LOG.warn("a lost payload is not looked for in a fallback cache: {}", e.getMessage());
                outcome = Outcome.UNKNOWN;
            }
        }
        return new Found(null, outcome);
    }

    private static boolean isOf(Part part, ByteString bytes) {
        return bytes.size() == part.getSize()
                && Arrays.equals(
                        Digests.sha256(bytes.toByteArray()), part.getSha256().toByteArray());
    }

    private boolean isStanding(String topic, long version) {
        VersionRecord row = log.version(topic, version, Read.SERIAL);
        return row != null && !row.hasDeletion();
    }
}
