package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Resolution;
import io.octavo.rules.TopicNames;
import org.jspecify.annotations.Nullable;

/** Tells what consumers are to run now, from memory. Safe for use by many threads; doesn't block. */
public final class LatestVersions {
    private final HeadCache cache;

    LatestVersions(HeadCache cache) {
        this.cache = cache;
    }

    /**
     * What a consumer is to run.
     *
     * @param ignorePins answers what would run without any pin
     * @throws io.octavo.rules.InvalidField if the topic's name or a value of the consumer can't be right
     * @throws io.octavo.server.errors.ServiceException UNAVAILABLE until this node has loaded all topics
     */
    public Latest of(String topic, Consumer consumer, boolean ignorePins) {
        check(topic, consumer);
        cache.requireReady();
        return of(cache.get(topic), consumer, ignorePins);
    }

    /** What a consumer is to run by a head that was read for it; null = there is no such topic. */
    Latest of(@Nullable TopicHead head, Consumer consumer, boolean ignorePins) {
        if (head == null) {
            return new Latest.UnknownTopic(false);
        }
        CachedTopic cached = cache.get(head.getTopic());
        boolean isCached = cached != null && cached.compareTo(head.getEpoch(), head.getRevision()) == 0;
        return of(isCached ? cached : new CachedTopic(head), consumer, ignorePins);
    }

    /** Refuses what can't be a topic or a consumer. */
    static void check(String topic, Consumer consumer) {
        Consumers.check(consumer);
        TopicNames.check(topic);
    }

    private static Latest of(@Nullable CachedTopic cached, Consumer consumer, boolean ignorePins) {
        if (cached == null) {
            return new Latest.UnknownTopic(false);
        }
        if (cached.head().hasDeletion()) {
            return new Latest.UnknownTopic(true);
        }
        Resolution resolution = ignorePins ? cached.resolveIgnoringPins(consumer) : cached.resolve(consumer);
        if (resolution.version() != 0) {
            return new Latest.Found(cached.head(), resolution, record(cached, resolution.version()));
        }
        return cached.head().getPublicationsCount() == 0
                ? new Latest.NeverPublished(cached.head())
                : new Latest.PublishedToOthers(cached.head(), cached.head().getPublicationsList());
    }

    private static VersionRecord record(CachedTopic cached, long version) {
        VersionRecord record = cached.version(version);
        if (record == null) {
            throw new IllegalStateException(cached.head().getTopic() + ": the head at revision " + cached.revision()
                    + " names version " + version + " and has no record of it");
        }
        return record;
    }
}
