package io.octavo.server.payload;

import com.google.protobuf.ByteString;

/**
 * The store of payloads below {@link #LIMIT}, beside the metadata. Calls block, with a time-out of the store's; they
 * throw a {@link io.octavo.server.errors.ServiceException} UNAVAILABLE if the store can't answer.
 */
public interface DirectPayloads {
    /** Payloads of this many bytes or more go to S3. */
    int LIMIT = 1 << 20;

    /** Stores bytes under a new id; they are durable on return. */
    void store(long payloadId, ByteString bytes);

    /**
     * Reads what was stored.
     *
     * @throws MissingPayload if the store is sure that it isn't there
     */
    ByteString read(long payloadId);

    /** Whether it is there: true and false are both sure. */
    boolean has(long payloadId);

    void delete(long payloadId);
}
