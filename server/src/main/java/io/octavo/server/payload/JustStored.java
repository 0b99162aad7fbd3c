package io.octavo.server.payload;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import io.octavo.rules.Heads;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The store of direct payloads, and in memory what was stored in it moments ago, by this node or by one that told it so:
 * those who are woken by a new version need not wait until its bytes are read. Safe for use by many threads.
 */
public final class JustStored implements DirectPayloads {
    /** Wake-ups are over by then, or have read the bytes. */
    static final Duration MOMENTS = Duration.ofSeconds(10);

    /** What an entry weighs beside its bytes. */
    private static final int ENTRY_BYTES = 200;

    private final DirectPayloads store;
    private final Cache<Long, ByteString> moments;

    /** @param maxBytes memory for it; 0 = nothing is kept */
    public JustStored(DirectPayloads store, long maxBytes, Ticker nanoTime) {
        this.store = store;
        this.moments = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher((Long id, ByteString bytes) -> bytes.size() + ENTRY_BYTES)
                .expireAfterWrite(MOMENTS)
                .ticker(nanoTime)
                .executor(Runnable::run)
                .build();
    }

    @Override
    public void store(long payloadId, ByteString bytes) {
        store.store(payloadId, bytes);
        moments.put(payloadId, bytes);
    }

    /** Takes the bytes of a topic's newest version, which another node has stored; other bytes are left alone. */
    public void learn(TopicHead head, ByteString bytes) {
        Part part = newest(head);
        if (part != null
                && part.getSize() == bytes.size()
                && part.getSha256().equals(ByteString.copyFrom(Digests.sha256(bytes.toByteArray())))) {
            moments.put(part.getDirect().getPayloadId(), bytes);
        }
    }

    /** The bytes of a topic's newest version, if they were stored moments ago; asks no store. */
    public @Nullable ByteString ofNewest(TopicHead head) {
        Part part = newest(head);
        return part == null ? null : moments.getIfPresent(part.getDirect().getPayloadId());
    }

    /** Null if it isn't kept beside the metadata. */
    private static @Nullable Part newest(TopicHead head) {
        VersionRecord record = Heads.record(head, head.getNewestVersion());
        if (record == null || record.getPartsCount() != 1 || !record.getParts(0).hasDirect()) {
            return null;
        }
        return record.getParts(0);
    }

    @Override
    public ByteString read(long payloadId) {
        ByteString known = moments.getIfPresent(payloadId);
        return known != null ? known : store.read(payloadId);
    }

    @Override
    public boolean has(long payloadId) {
        return moments.getIfPresent(payloadId) != null || store.has(payloadId);
    }

    @Override
    public void delete(long payloadId) {
        moments.invalidate(payloadId);
        store.delete(payloadId);
    }
}
