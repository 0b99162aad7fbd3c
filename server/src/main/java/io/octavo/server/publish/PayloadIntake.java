package io.octavo.server.publish;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Where the bytes of a new version go. Calls block; safe for use by several threads. */
public interface PayloadIntake {
    /**
     * Stores a payload, durable and verified in every region on return; leaves nothing behind if it throws.
     *
     * @param body read to its end, not closed; what it throws unchecked is passed on
     * @throws io.octavo.server.errors.ServiceException DIGEST_MISMATCH, TOO_LARGE, RATE_LIMITED or UNAVAILABLE
     */
    Stored store(String topic, InputStream body, Announced announced);

    /** Removes a payload that was stored and became part of no version, as well as that works now. */
    void discard(Stored stored);

    /**
     * What the publisher said about the payload in advance.
     *
     * @param size        in bytes; null = not said
     * @param sha256      32 bytes; empty = not said
     * @param contentType empty = not said
     */
    record Announced(@Nullable Long size, ByteString sha256, String contentType) {}

    /**
     * A stored payload.
     *
     * @param uploadId names it in the log
     * @param part     ready for a version's record
     */
    record Stored(long uploadId, Part part) {}
}
