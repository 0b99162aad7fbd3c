package io.octavo.server.publish;

import io.octavo.protocol.Part;
import java.io.InputStream;

/** Where the bytes of a version come from. */
public interface PayloadOutlet {
    /**
     * Opens some bytes of a payload, all of them within its size. Blocks, with a time-out of the store's; so do reads
     * from the stream, which is the caller's to close.
     *
     * @throws io.octavo.server.payload.MissingPayload if the store is sure that it isn't there
     * @throws io.octavo.server.errors.ServiceException UNAVAILABLE if the store can't answer
     */
    InputStream open(Part part, long offset, long length);
}
