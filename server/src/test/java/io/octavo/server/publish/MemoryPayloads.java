package io.octavo.server.publish;

import com.google.protobuf.ByteString;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.MissingPayload;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Payloads in memory, that count what was stored and what is left. */
public final class MemoryPayloads implements PayloadIntake, PayloadOutlet {
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, byte[]> payloads = new ConcurrentHashMap<>();

    @Override
    public Stored store(String topic, InputStream body, Announced announced) {
        byte[] bytes = read(body);
        ByteString sha256 = ByteString.copyFrom(Digests.sha256(bytes));
        if (!announced.sha256().isEmpty() && !announced.sha256().equals(sha256)) {
            throw ServiceException.of(ErrorCode.DIGEST_MISMATCH, "sha256: not as announced");
        }
        long id = ids.incrementAndGet();
        payloads.put(id, bytes);
        return new Stored(
                id,
                Part.newBuilder()
                        .setSize(bytes.length)
                        .setSha256(sha256)
                        .setContentType(announced.contentType())
                        .setDirect(DirectPointer.newBuilder().setPayloadId(id))
                        .build());
    }

    @Override
    public void discard(Stored stored) {
        payloads.remove(stored.uploadId());
    }

    @Override
    public InputStream open(Part part, long offset, long length) {
        byte[] bytes = payloads.get(part.getDirect().getPayloadId());
        if (bytes == null) {
            throw new MissingPayload("payload " + part.getDirect().getPayloadId());
        }
        return new ByteArrayInputStream(bytes, Math.toIntExact(offset), Math.toIntExact(length));
    }

    /** Loses all payloads. */
    public void lose() {
        payloads.clear();
    }

    /** How many payloads were stored, discarded ones included. */
    long stored() {
        return ids.get();
    }

    /** How many payloads there are. */
    public int left() {
        return payloads.size();
    }

    private static byte[] read(InputStream body) {
        try {
            return body.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
