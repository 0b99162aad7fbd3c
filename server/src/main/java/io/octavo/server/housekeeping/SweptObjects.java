package io.octavo.server.housekeeping;

import io.octavo.server.housekeeping.Owners.Owner;
import io.octavo.server.payload.Origin;
import io.octavo.server.payload.StoredObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one kind in a region's bucket, all of which belong to somebody, or should go. Calls block, and throw if
 * the store can't be asked.
 */
interface SweptObjects {
    /** For people and metrics: which region, and what is in them. */
    String name();

    /** What the keys of all of them begin with; two hex digits follow, the same number of times each. */
    String prefix();

    /** Objects behind a key, in the order of their keys; none if there are no more. */
    List<StoredObject> list(String after);

    /** What an object says of itself; null if it doesn't, or isn't there any more. */
    @Nullable
    Origin origin(String key);

    /** Who has the payload in an object; null if what it says of itself is not enough to tell. */
    @Nullable
    Owner owner(Origin origin, long payloadId);

    /** Removes what nobody has. */
    void delete(long payloadId);
}
