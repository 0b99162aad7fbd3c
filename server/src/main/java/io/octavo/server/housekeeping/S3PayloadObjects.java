package io.octavo.server.housekeeping;

import io.octavo.server.housekeeping.Owners.Owner;
import io.octavo.server.payload.Origin;
import io.octavo.server.payload.PayloadObjects;
import io.octavo.server.payload.StoredObject;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The S3 payloads in a region's bucket. What nobody has goes from all regions.
 *
 * @param installation this one's mark: objects of another are none of our business
 */
record S3PayloadObjects(PayloadObjects objects, Supplier<String> installation, Owners owners, UnownedBytes bytes)
        implements SweptObjects {
    @Override
    public String name() {
        return objects.region() + " payloads";
    }

    @Override
    public String prefix() {
        return objects.prefix();
    }

    @Override
    public List<StoredObject> list(String after) {
        return objects.list(after);
    }

    @Override
    public @Nullable Origin origin(String key) {
        return objects.origin(key);
    }

    @Override
    public @Nullable Owner owner(Origin origin, long payloadId) {
        return origin.installation().equals(installation.get()) ? owners.settle(origin.topic(), payloadId) : null;
    }

    @Override
    public void delete(long payloadId) {
        bytes.delete(payloadId, false);
    }
}
