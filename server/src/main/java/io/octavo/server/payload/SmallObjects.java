package io.octavo.server.payload;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A region's bucket, as a place for objects of up to a MiB or so under keys of the caller's, none of which is a folder
 * of another. Calls block, each for some seconds at most with all its attempts; they throw a
 * {@link io.octavo.server.errors.ServiceException} UNAVAILABLE if the store can't or won't answer. Thread-safe.
 */
public interface SmallObjects extends AutoCloseable {
    /** The most keys that one call lists or deletes. */
    int MOST_KEYS = 1000;

    /** The region's name. */
    String region();

    /**
     * Makes an object, whole or not at all; one that is there stays as it is. The bytes are never empty: some stores
     * keep no such objects.
     *
     * @return false if there was one
     */
    default boolean create(String key, byte[] bytes) {
        return create(key, bytes, null);
    }

    /**
     * As {@link #create(String, byte[])}.
     *
     * @param origin what it is to say of itself; null = nothing
     */
    boolean create(String key, byte[] bytes, @Nullable Origin origin);

    /** What an object says of itself; null if it doesn't, or isn't there. */
    @Nullable
    Origin origin(String key);

    /** An object's bytes; null if the store is sure that there is no such object. */
    byte @Nullable [] read(String key);

    /**
     * Objects in the order of their keys.
     *
     * @param prefix what the keys begin with
     * @param after  only keys behind this one; empty = all
     * @param most   so many at most, 1…{@link #MOST_KEYS}; if there are more, so many are answered
     */
    List<Listed> list(String prefix, String after, int most);

    /** Removes objects, up to {@link #MOST_KEYS}; harmless if they aren't there. */
    void delete(List<String> keys);

    @Override
    void close();

    /**
     * An object, without its bytes.
     *
     * @param modified when it was made, by the store's clock
     */
    record Listed(String key, Instant modified) {}

    /**
     * The bucket of each region, in their order, with connections of their own.
     *
     * @param connections to each store, at most
     */
    static List<SmallObjects> of(RegionsConfig regions, PayloadConfig config, int connections, MeterRegistry meters) {
        return regions.regions().stream()
                .<SmallObjects>map(region -> new S3Objects(region, config, connections, meters))
                .toList();
    }
}
