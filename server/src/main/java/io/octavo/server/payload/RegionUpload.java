package io.octavo.server.payload;

import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** One payload on its way to one region. Parts may be put by several threads; the rest is for one at a time. */
final class RegionUpload {
    private final RegionStore store;
    private final String key;
    private final ConcurrentSkipListMap<Integer, String> tags = new ConcurrentSkipListMap<>();
    private volatile String attempt = "";
    private volatile boolean completing;

    RegionUpload(RegionStore store, String key) {
        this.store = store;
        this.key = key;
    }

    /** One whose parts are all there. */
    RegionUpload(RegionStore store, String key, String attempt, SortedMap<Integer, String> tags) {
        this(store, key);
        this.attempt = attempt;
        this.tags.putAll(tags);
    }

    String region() {
        return store.name();
    }

    /** @param origin what the object is to say of itself */
    void begin(Origin origin) {
        attempt = store.begin(key, origin);
    }

    void put(int number, byte[] bytes, int length) {
        tags.put(number, store.put(key, attempt, number, bytes, length));
    }

    /** Makes it an object, and asks the store for its size: the answer may have been lost, but not the object. */
    void complete(long size) {
        completing = true;
        ServiceException failure;
        try {
            store.complete(key, attempt, List.copyOf(tags.values()));
            failure = ServiceException.unavailable(
                    "region " + store.name() + ": the store has not what was sent (expected: " + size + " bytes)",
                    Duration.ofSeconds(5),
                    null);
        } catch (ServiceException e) {
            failure = e;
        }
        if (store.size(key) != size) {
            throw failure;
        }
    }

    /** Removes the parts that did not become an object. */
    void giveUpParts() {
        if (!attempt.isEmpty()) {
            store.abort(key, attempt);
        }
    }

    /** Removes whatever there is of it. */
    void giveUp() {
        giveUpParts();
        if (completing) {
            store.delete(key);
        }
    }
}
