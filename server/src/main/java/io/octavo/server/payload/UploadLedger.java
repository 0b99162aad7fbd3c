package io.octavo.server.payload;

/**
 * The list of payloads that were started, written before their first byte, so that what was never committed can be
 * found and removed.
 */
public interface UploadLedger {
    /**
     * Notes an upload; durable on return.
     *
     * @param uploadId also the payload's id
     * @param direct   kept beside the metadata; false = in S3
     */
    void started(String topic, long uploadId, boolean direct);
}
