package io.octavo.server.payload;

import java.time.Instant;

/**
 * An object in a region's bucket, as it is listed.
 *
 * @param payloadId of the payload whose bytes it has; 0 = its key is none of ours
 * @param modified  when it was made, by the store's clock
 */
public record StoredObject(String key, long payloadId, Instant modified) {}
