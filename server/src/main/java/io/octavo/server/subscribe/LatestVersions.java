package io.octavo.server.subscribe;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Resolution;
import io.octavo.rules.TopicNames;
import java.time.Instant;
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
        if (cached.heldBack().of(resolution.version()) != null) {
            return insteadOf(cached, resolution.version(), consumer);
        }
        if (resolution.version() != 0) {
            return new Latest.Found(cached.head(), resolution, record(cached, resolution.version()));
        }
        return cached.head().getPublicationsCount() == 0
                ? new Latest.NeverPublished(cached.head())
                : new Latest.PublishedToOthers(cached.head(), cached.head().getPublicationsList());
    }

    /** What a consumer is given in place of what it is to run by this head; null if that isn't held back. */
    public @Nullable Instead insteadOf(TopicHead head, Consumer consumer) {
        CachedTopic cached = cache.get(head.getTopic());
        if (cached == null || cached.compareTo(head.getEpoch(), head.getRevision()) != 0) {
            return null;
        }
        long version = cached.resolve(consumer).version();
        HeldBack.Missing missing = cached.heldBack().of(version);
        if (missing == null) {
            return null;
        }
        Resolution standIn = missing.standIns().resolve(consumer);
        return new Instead(version, missing.since(), standIn, cached.version(standIn.version()));
    }

    /**
     * A version that is held back, for its payload is missing.
     *
     * @param since   when this node found that out
     * @param standIn what is given to who has nothing; {@link Resolution#NOTHING} if there is nothing to give
     * @param record  of what stands in; null if nothing does
     */
    public record Instead(
            long version,
            Instant since,
            Resolution standIn,
            @Nullable VersionRecord record) {}

    private static Latest insteadOf(CachedTopic cached, long version, Consumer consumer) {
        Resolution standIn = cached.heldBack().standIn(consumer, version);
        return standIn.version() == 0
                ? new Latest.AllHeldBack(cached.head(), version)
                : new Latest.Found(cached.head(), standIn, record(cached, standIn.version()), version);
    }

    private static VersionRecord record(CachedTopic cached, long version) {
        VersionRecord record = cached.version(version);
        if (record == null) {
            throw new IllegalStateException(cached.topic() + ": the head at revision " + cached.revision()
                    + " names version " + version + " and has no record of it");
        }
        return record;
    }
}
