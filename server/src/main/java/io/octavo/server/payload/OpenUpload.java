package io.octavo.server.payload;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Map;

/**
 * A payload that its publisher puts into S3 itself, as far as it takes to go on with it at any node.
 *
 * @param key      the idempotency key that names it within the topic
 * @param uploadId also the payload's id
 * @param size     of the whole payload, in bytes
 * @param sha256   of the whole payload
 * @param partSize bytes in each part but the last
 * @param attempts the stores' names for it, by region
 * @param expires  when it is forgotten
 */
public record OpenUpload(
        String topic,
        String key,
        long uploadId,
        long size,
        ByteString sha256,
        long partSize,
        Map<String, String> attempts,
        Instant expires) {
    public OpenUpload {
        attempts = Map.copyOf(attempts);
    }

    public int partCount() {
        return Math.toIntExact(partCount(size, partSize));
    }

    static long partCount(long size, long partSize) {
        return (size + partSize - 1) / partSize;
    }

    /** Where a part begins in the payload; the first has the number 1. */
    long partOffset(int number) {
        return (number - 1) * partSize;
    }

    /** Bytes in a part. */
    long partLength(int number) {
        return Math.min(partSize, size - partOffset(number));
    }

    String objectKey() {
        return PayloadKeys.of(uploadId);
    }
}
