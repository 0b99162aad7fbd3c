package io.octavo.server.payload;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Small payloads in a map. */
public final class InMemoryDirectPayloads implements DirectPayloads {
    private final Map<Long, ByteString> payloads = new ConcurrentHashMap<>();

    @Override
    public void store(long payloadId, ByteString bytes) {
        if (bytes.size() >= LIMIT) {
            throw new IllegalArgumentException("bytes: " + bytes.size() + " (expected: less than " + LIMIT + ")");
        }
        if (payloads.putIfAbsent(payloadId, bytes) != null) {
            throw new IllegalStateException("payloadId: " + payloadId + " (expected: one that was never used)");
        }
    }

    @Override
    public ByteString read(long payloadId) {
        ByteString bytes = payloads.get(payloadId);
        if (bytes == null) {
            throw new MissingPayload("no payload " + payloadId);
        }
        return bytes;
    }

    @Override
    public boolean has(long payloadId) {
        return payloads.containsKey(payloadId);
    }

    @Override
    public void delete(long payloadId) {
        payloads.remove(payloadId);
    }

    /** Of all that there are. */
    public Set<Long> ids() {
        return Set.copyOf(payloads.keySet());
    }

    /** How many there are. */
    public int count() {
        return payloads.size();
    }
}
