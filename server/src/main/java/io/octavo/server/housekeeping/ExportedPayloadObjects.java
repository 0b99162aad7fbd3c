package io.octavo.server.housekeeping;

import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.housekeeping.Owners.Owner;
import io.octavo.server.payload.Origin;
import io.octavo.server.payload.StoredObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The payloads of versions in a region's fallback cache: a late export may bring one back after its version's end. */
record ExportedPayloadObjects(FallbackRegion region, Owners owners) implements SweptObjects {
    @Override
    public String name() {
        return region.name() + " fallback";
    }

    @Override
    public String prefix() {
        return region.payloadPrefix();
    }

    @Override
    public List<StoredObject> list(String after) {
        return region.payloadObjects(after);
    }

    @Override
    public @Nullable Origin origin(String key) {
        return region.origin(key);
    }

    @Override
    public @Nullable Owner owner(Origin origin, long payloadId) {
        return origin.version() == 0 ? null : owners.ofVersion(origin.topic(), origin.version(), payloadId);
    }

    @Override
    public void delete(long payloadId) {
        region.removePayload(payloadId);
    }
}
