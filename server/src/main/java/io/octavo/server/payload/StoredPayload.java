package io.octavo.server.payload;

import io.octavo.protocol.Part;

/**
 * A payload that is durable and verified in every region, and not yet part of a version.
 *
 * @param uploadId names it in the ledger, the log and its pointer; positive
 * @param part     ready for a version record
 */
public record StoredPayload(long uploadId, Part part) {
    boolean direct() {
        return part.hasDirect();
    }
}
