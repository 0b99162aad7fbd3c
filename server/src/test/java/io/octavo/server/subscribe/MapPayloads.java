package io.octavo.server.subscribe;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.PayloadLink;
import io.octavo.protocol.PayloadLinks;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.MissingPayload;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Payloads in a map; those not put there are {@link TestHeads#payload} of their id. */
final class MapPayloads implements PayloadSource {
    static final long LOST = 666;

    private final Map<Long, ByteString> payloads = new ConcurrentHashMap<>();
    private final AtomicInteger reads = new AtomicInteger();
    private final Set<Long> lost = ConcurrentHashMap.newKeySet();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile Runnable whenAsked = () -> {};
    private volatile boolean away;

    MapPayloads() {
        lost.add(LOST);
    }

    void put(long payloadId, ByteString bytes) {
        payloads.put(payloadId, bytes);
    }

    void away(boolean isAway) {
        away = isAway;
    }

    /** The bytes of a payload are gone, for who asks the store. */
    void lose(long payloadId) {
        lost.add(payloadId);
    }

    void bringBack(long payloadId) {
        lost.remove(payloadId);
    }

    /** Happens once, while a store is asked for the next time. */
    void whenAsked(Runnable once) {
        whenAsked = () -> {
            whenAsked = () -> {};
            once.run();
        };
    }

    int asked() {
        return asked.get();
    }

    int reads() {
        return reads.get();
    }

    @Override
    public ByteString direct(Part part) {
        reads.incrementAndGet();
        if (away) {
            throw ServiceException.unavailable("the store is away", Duration.ofSeconds(1), null);
        }
        long id = part.getDirect().getPayloadId();
        if (lost.contains(id)) {
            throw new MissingPayload("payload " + id);
        }
        return payloads.getOrDefault(id, TestHeads.payload(id));
    }

    @Override
    public boolean isMissing(Part part) {
        asked.incrementAndGet();
        whenAsked.run();
        if (away) {
            throw ServiceException.unavailable("the store is away", Duration.ofSeconds(1), null);
        }
        return lost.contains(
                part.hasS3() ? part.getS3().getPayloadId() : part.getDirect().getPayloadId());
    }

    @Override
    public PayloadLinks links(Part part, String region) {
        return PayloadLinks.newBuilder()
                .addLinks(PayloadLink.newBuilder()
                        .setRegion(region)
                        .setUrl("https://store/" + part.getS3().getLocations(0).getKey()))
                .build();
    }
}
