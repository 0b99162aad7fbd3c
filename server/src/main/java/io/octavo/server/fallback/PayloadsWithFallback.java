package io.octavo.server.fallback;

import com.google.protobuf.ByteString;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.DirectPayloads;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Direct payloads, read from the fallback cache while their store is away. For some seconds after the store has failed
 * the fallback cache is asked first, so that nobody waits for the store in vain.
 */
public final class PayloadsWithFallback implements DirectPayloads {
    private static final Duration ASKED_FIRST = Duration.ofSeconds(5);

    private final DirectPayloads store;
    private final FallbackCache fallback;
    private final LongSupplier nanoTime;
    private final AtomicLong failedAt;

    /** @param nanoTime as {@link System#nanoTime} */
    public PayloadsWithFallback(DirectPayloads store, FallbackCache fallback, LongSupplier nanoTime) {
        this.store = store;
        this.fallback = fallback;
        this.nanoTime = nanoTime;
        this.failedAt = new AtomicLong(nanoTime.getAsLong() - ASKED_FIRST.toNanos());
    }

    @Override
    public void store(long payloadId, ByteString bytes) {
        store.store(payloadId, bytes);
    }

    @Override
    public ByteString read(long payloadId) {
        if (nanoTime.getAsLong() - failedAt.get() < ASKED_FIRST.toNanos()) {
            ByteString bytes = ifThere(payloadId);
            if (bytes != null) {
                return bytes;
            }
        }
        try {
            return store.read(payloadId);
        } catch (ServiceException e) {
            if (e.code() != ErrorCode.UNAVAILABLE) {
                throw e;
            }
            failedAt.set(nanoTime.getAsLong());
            ByteString bytes = ifThere(payloadId);
            if (bytes == null) {
                throw e;
            }
            return bytes;
        }
    }

    @Override
    public boolean has(long payloadId) {
        return store.has(payloadId);
    }

    @Override
    public void delete(long payloadId) {
        store.delete(payloadId);
    }

    private @Nullable ByteString ifThere(long payloadId) {
        try {
            return fallback.payload(payloadId);
        } catch (ServiceException noRegionAnswers) {
            return null;
        }
    }
}
