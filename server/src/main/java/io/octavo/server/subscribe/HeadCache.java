package io.octavo.server.subscribe;

import io.octavo.protocol.TopicHead;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All heads, in memory. A head is replaced only by one of a higher (epoch, revision); deleted topics stay and resolve
 * to nothing. Safe for use by many threads; nothing here blocks.
 */
public final class HeadCache {
    private final ConcurrentHashMap<String, CachedTopic> topics = new ConcurrentHashMap<>();
    private final InstantSource clock;
    private volatile Listener listener = (before, now) -> {};
    private volatile boolean ready;
    private volatile boolean loaded;
    private volatile @Nullable Instant freshAt;

    /** Hears of heads that were taken, and of what is held back of them; must not block. Of two that come at once, the older may be told last. */
    @FunctionalInterface
    interface Listener {
        /**
         * A head was taken, or something else became known of it.
         *
         * @param before null = the topic is new here; of the same head, if only what is held back has changed
         */
        void changed(@Nullable CachedTopic before, CachedTopic now);
    }

    HeadCache(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether heads can be served: all were loaded once, from the log or a fallback cache; it stays so. */
    public boolean ready() {
        return ready;
    }

    /** Whether what is served is what a fallback cache had, for the log could not be read since this node has started. */
    public boolean isStale() {
        return ready && !loaded;
    }

    /** Whether every head was loaded from the log once. */
    boolean isLoaded() {
        return loaded;
    }

    /** How many topics there are, deleted ones included. */
    public int size() {
        return topics.size();
    }

    /** How long ago the cache was last known to be fresh; null = never. */
    public @Nullable Duration age() {
        Instant at = freshAt;
        if (at == null) {
            return null;
        }
        Duration age = Duration.between(at, clock.instant());
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** The head of a topic as this node knows it; null if it doesn't. */
    public @Nullable TopicHead head(String topic) {
        CachedTopic cached = topics.get(topic);
        return cached == null ? null : cached.head();
    }

    /**
     * The head of a topic, null if there is none.
     *
     * @throws ServiceException UNAVAILABLE until every head is loaded
     */
    public @Nullable TopicHead loadedHead(String topic) {
        requireReady();
        return head(topic);
    }

    /**
     * Hands over every head, in no order.
     *
     * @throws ServiceException UNAVAILABLE until every head is loaded
     */
    public void forEachHead(Consumer<TopicHead> consumer) {
        requireReady();
        topics.values().forEach(topic -> consumer.accept(topic.head()));
    }

    /**
     * The names of all topics, deleted ones included, in no order.
     *
     * @throws ServiceException UNAVAILABLE until every head is loaded
     */
    public Set<String> names() {
        requireReady();
        return Collections.unmodifiableSet(topics.keySet());
    }

    @Nullable
    CachedTopic get(String topic) {
        return topics.get(topic);
    }

    /** Takes a head if it is newer than what is there. */
    boolean put(TopicHead head) {
        while (true) {
            CachedTopic before = topics.get(head.getTopic());
            if (before != null && !isNewer(head, before)) {
                return false;
            }
            CachedTopic compiled = new CachedTopic(head);
            CachedTopic now = before == null ? compiled : compiled.after(before);
            boolean taken = before == null
                    ? topics.putIfAbsent(head.getTopic(), now) == null
                    : topics.replace(head.getTopic(), before, now);
            if (taken) {
                listener.changed(before, now);
                return true;
            }
        }
    }

    /** Takes what else is known of a head, unless that was replaced meanwhile. */
    boolean replace(CachedTopic before, CachedTopic now) {
        boolean taken = topics.replace(now.topic(), before, now);
        if (taken) {
            listener.changed(before, now);
        }
        return taken;
    }

    /** From now on, the listener hears of every head that is taken. */
    void listen(Listener changes) {
        listener = changes;
    }

    /** Whether the cache has a topic at this position or above; an epoch of 0 compares revisions alone. */
    boolean has(String topic, long epoch, long revision) {
        CachedTopic cached = topics.get(topic);
        if (cached == null) {
            return false;
        }
        return epoch == 0 ? cached.revision() >= revision : cached.compareTo(epoch, revision) >= 0;
    }

    /** Every head there is was taken from the log. */
    void loaded() {
        loaded = true;
        ready = true;
    }

    /** What a fallback cache has was taken: everything that was committed before a time, at least. */
    void loadedFromFallback(Instant complete) {
        freshAt(complete);
        ready = true;
    }

    void freshAt(Instant at) {
        freshAt = at;
    }

    /** @throws ServiceException UNAVAILABLE until every head is loaded */
    void requireReady() {
        if (!ready) {
            throw ServiceException.unavailable(
                    "this node is still loading its topics; ask another one or try again", Duration.ofSeconds(1), null);
        }
    }

    private static boolean isNewer(TopicHead head, CachedTopic than) {
        return than.compareTo(head.getEpoch(), head.getRevision()) < 0;
    }
}
