package io.octavo.server.housekeeping;

import io.octavo.rules.FallbackKeys.Position;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.fallback.FallbackRegion.Exported;
import io.octavo.server.payload.SmallObjects;
import io.octavo.server.payload.StoredObject;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

/**
 * What a region has, as far as it has been listed, the heads first: that may take several runs, and what is put meanwhile
 * is noted too.
 * One thread lists; several note.
 */
final class RegionListing {
    private final FallbackRegion region;
    private final Map<String, Position> heads = new ConcurrentHashMap<>();
    private final Set<String> several = new HashSet<>();
    private final LongStream.Builder payloads = LongStream.builder();
    private final Set<Long> payloadsPut = ConcurrentHashMap.newKeySet();
    private boolean headsListed;
    private String topic = "";
    private String afterHead = "";
    private String afterPayload = "";

    RegionListing(FallbackRegion region) {
        this.region = region;
    }

    /**
     * Goes on with the heads where that has ended, or failed. Throws what the region throws.
     *
     * @param goOn asked before each page
     * @return whether all of them are listed
     */
    boolean listHeads(BooleanSupplier goOn) {
        headsListed = headsListed || region.forEachHead(afterHead, goOn, this::found);
        return headsListed;
    }

    /** As {@link #listHeads}, for payloads: they come before the heads that name them, so they are listed after them. */
    boolean listPayloads(BooleanSupplier goOn) {
        while (goOn.getAsBoolean()) {
            List<StoredObject> page = region.payloadObjects(afterPayload);
            for (StoredObject payload : page) {
                payloads.add(payload.payloadId());
                afterPayload = payload.key();
            }
            if (page.size() < SmallObjects.MOST_KEYS) {
                return true;
            }
        }
        return false;
    }

    boolean hasAllHeads() {
        return headsListed;
    }

    /** Those of a topic come one after the other. */
    private void found(Exported head) {
        if (head.position().topic().equals(topic)) {
            several.add(topic);
        }
        topic = head.position().topic();
        afterHead = head.key();
        note(head.position());
    }

    /** A head that is there. */
    void note(Position head) {
        heads.merge(head.topic(), head, (one, other) -> one.isBefore(other.epoch(), other.revision()) ? other : one);
    }

    /** The bytes of a payload that are there. */
    void note(long payloadId) {
        payloadsPut.add(payloadId);
    }

    /** The newest head of every topic. */
    Map<String, Position> heads() {
        return heads;
    }

    /** Topics that have more than one head. */
    Set<String> several() {
        return several;
    }

    /** The ids of all payloads, sorted: there may be millions. To be called once, when all is listed. */
    long[] payloads() {
        payloadsPut.forEach(payloads::accept);
        long[] ids = payloads.build().toArray();
        Arrays.sort(ids);
        return ids;
    }
}
