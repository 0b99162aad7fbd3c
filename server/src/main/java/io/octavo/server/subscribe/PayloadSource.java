package io.octavo.server.subscribe;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.PayloadLinks;
import io.octavo.server.payload.MissingPayload;

/**
 * Where the subscribe role gets payloads. Safe for use by many threads; {@link #direct} blocks, with a time-out of the
 * store's, and throws a {@link io.octavo.server.errors.ServiceException} UNAVAILABLE if the store can't answer.
 */
public interface PayloadSource {
    /**
     * The bytes of a part kept beside the metadata.
     *
     * @throws MissingPayload if the store is sure that they aren't there
     */
    ByteString direct(Part part);

    /**
     * Whether the stores are sure that a part's bytes aren't there. Blocks, as {@link #direct} does, and throws if they
     * can't be asked.
     */
    boolean isMissing(Part part);

    /** Addresses of a part that is kept elsewhere, those nearest to a region first. Asks no store. */
    PayloadLinks links(Part part, String region);
}
