package io.octavo.test;

import com.google.protobuf.ByteString;
import io.octavo.protocol.DirectPointer;
import io.octavo.protocol.Part;
import io.octavo.protocol.PayloadLinks;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.MissingPayload;
import io.octavo.server.publish.PayloadIntake;
import io.octavo.server.subscribe.PayloadSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Payloads of any size in memory. */
final class MemoryBytes implements PayloadIntake, PayloadSource {
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, ByteString> payloads = new ConcurrentHashMap<>();

    @Override
    public Stored store(String topic, InputStream body, Announced announced) {
        ByteString bytes;
        try {
            bytes = ByteString.readFrom(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteString sha256 = ByteString.copyFrom(Digests.sha256(bytes.toByteArray()));
        if (!announced.sha256().isEmpty() && !announced.sha256().equals(sha256)) {
            throw ServiceException.of(ErrorCode.DIGEST_MISMATCH, "sha256: not as announced");
        }
        long id = ids.incrementAndGet();
        payloads.put(id, bytes);
        return new Stored(
                id,
                Part.newBuilder()
                        .setSize(bytes.size())
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
    public ByteString direct(Part part) {
        long id = part.getDirect().getPayloadId();
        ByteString bytes = payloads.get(id);
        if (bytes == null) {
            throw new MissingPayload("payload " + id);
        }
        return bytes;
    }

    @Override
    public boolean isMissing(Part part) {
        return !payloads.containsKey(part.getDirect().getPayloadId());
    }

    @Override
    public PayloadLinks links(Part part, String region) {
        return PayloadLinks.getDefaultInstance();
    }

    /** From now on other bytes are given out. */
    void corrupt(Part part) {
        payloads.computeIfPresent(part.getDirect().getPayloadId(), (id, bytes) -> wrong(bytes));
    }

    private static ByteString wrong(ByteString bytes) {
        byte[] wrong = bytes.isEmpty() ? new byte[1] : bytes.toByteArray();
        wrong[0]++;
        return ByteString.copyFrom(wrong);
    }
}
