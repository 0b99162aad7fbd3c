package io.octavo.server.payload;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The S3 payloads in a region's bucket, as the objects that lie there. Calls block and throw as those of {@link SmallObjects}. */
public final class PayloadObjects {
    private final SmallObjects objects;

    /** @param objects of the region's bucket; stays the caller's to close */
    public PayloadObjects(SmallObjects objects) {
        this.objects = objects;
    }

    public String region() {
        return objects.region();
    }

    /** What the keys of all of them begin with. */
    public String prefix() {
        return PayloadKeys.PREFIX;
    }

    /** Objects in the order of their keys, a page of a thousand; see {@link SmallObjects#list}. */
    public List<StoredObject> list(String after) {
        return objects.list(PayloadKeys.PREFIX, after, SmallObjects.MOST_KEYS).stream()
                .map(listed -> new StoredObject(listed.key(), PayloadKeys.idOf(listed.key()), listed.modified()))
                .toList();
    }

    /** What an object says of itself; null if it doesn't, or isn't there any more. */
    public @Nullable Origin origin(String key) {
        return objects.origin(key);
    }
}
