package io.octavo.server.fallback;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.FallbackKeys;
import io.octavo.server.payload.PayloadConfig;
import io.octavo.server.payload.RegionsConfig;
import io.octavo.server.payload.SmallObjects;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fallback caches of all regions, this node's own first. Thread-safe; calls block. */
public final class FallbackCache implements ExportedHeads, AutoCloseable {
    private final List<SmallObjects> stores;
    private final List<FallbackRegion> regions;
    private final int parallel;

    /** Closes the stores with itself. */
    public FallbackCache(List<SmallObjects> stores, FallbackConfig config) {
        FallbackKeys keys = config.keys();
        this.stores = List.copyOf(stores);
        this.regions =
                stores.stream().map(store -> new FallbackRegion(store, keys)).toList();
        this.parallel = config.parallel();
    }

    /** In the regions' buckets; opens nothing. */
    public static FallbackCache of(
            RegionsConfig regions, PayloadConfig payload, FallbackConfig config, MeterRegistry meters) {
        return new FallbackCache(SmallObjects.of(regions, payload, config.parallel(), meters), config);
    }

    /** Each region's own. */
    public List<FallbackRegion> regions() {
        return regions;
    }

    /** How many objects of a region are to be read or written at once. */
    public int parallel() {
        return parallel;
    }

    @Override
    public List<TopicHead> newest(String topic) {
        List<TopicHead> heads = new ArrayList<>();
        for (FallbackRegion region : regions) {
            TopicHead head = region.newest(topic);
            if (head != null) {
                heads.add(head);
            }
        }
        return heads;
    }

    @Override
    public void removePayload(long payloadId) {
        @Nullable RuntimeException failure = null;
        for (FallbackRegion region : regions) {
            try {
                region.removePayload(payloadId);
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * The bytes of a direct payload, from the first region that has them; null if no region that could be asked does.
     *
     * @throws RuntimeException if none could be asked
     */
    public @Nullable ByteString payload(long payloadId) {
        @Nullable RuntimeException failure = null;
        boolean asked = false;
        for (FallbackRegion region : regions) {
            try {
                ByteString bytes = region.payload(payloadId);
                if (bytes != null) {
                    return bytes;
                }
                asked = true;
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (!asked && failure != null) {
            throw failure;
        }
        return null;
    }

    @Override
    public void close() {
        stores.forEach(SmallObjects::close);
    }
}
