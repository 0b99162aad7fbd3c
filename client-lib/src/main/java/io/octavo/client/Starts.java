package io.octavo.client;

import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.rules.Scopes;
import io.octavo.rules.Shares;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a process without a value can start with when the service, or the newest version, can't be had. Blocks. */
final class Starts {
    private static final int PAGE = 100;

    private final SubscribeCalls calls;
    private final FallbackCache fallback;
    private final World world;

    Starts(SubscribeCalls calls, FallbackCache fallback, World world) {
        this.calls = calls;
        this.fallback = fallback;
        this.world = world;
    }

    /** Somebody may have to start without the service soon. */
    void prepare() {
        fallback.prepare();
    }

    /**
     * What the newest head says that can be had without the service: of the fallback cache, or what this machine kept, if
     * that is newer. Null if there is none.
     */
    @Nullable
    Target withoutService(String topic, Consumer consumer, @Nullable CachedTopic kept, Tried tried) {
        FallbackCache.Found found = fromFallback(topic, tried);
        if (kept == null || !kept.hasHead()) {
            tried.failed(Source.DISK, "nothing is known there of this topic");
        } else if (found == null || isNewer(kept, found.head())) {
            return kept(kept, consumer);
        }
        if (found == null) {
            return null;
        }
        Instant changed = Instant.ofEpochMilli(found.head().getLastEventMs());
        Instant asOf = found.asOf();
        return Target.resolved(
                found.head(), consumer, Source.FALLBACK, asOf == null || asOf.isBefore(changed) ? changed : asOf);
    }

    /**
     * Versions that may stand in for one that can't be had, best first: the newest older ones that are published to the
     * consumer, as many as it was said, and those that it has run before. None that was quarantined, withdrawn or
     * deleted; under a pin never one above it.
     *
     * @param wanted the version that can't be had
     * @param older  how many older ones at most
     */
    List<Target> standIns(Target wanted, TopicHead newest, Consumer consumer, @Nullable CachedTopic kept, int older) {
        Map<Long, Target> found = new LinkedHashMap<>();
        boolean isService = wanted.source() == Source.SERVICE;
        if (older > 0) {
            Map<Long, Target> published = new TreeMap<>(Comparator.reverseOrder());
            add(published, published(newest, consumer), wanted, newest, wanted.source(), wanted.asOf());
            if (isService) {
                add(published, listed(wanted, consumer), wanted, newest, wanted.source(), wanted.asOf());
            }
            published.values().stream().limit(older).forEach(target -> found.put(target.version(), target));
        }
        if (kept != null) {
            Instant asOf = Instant.ofEpochMilli(kept.getHeardMs());
            List<VersionRecord> good = kept.getGoodList();
            add(found, isService ? stillMeant(good, wanted, consumer) : good, wanted, newest, Source.DISK, asOf);
        }
        return List.copyOf(found.values());
    }

    /** The version that the configuration names, wherever there is something of it. */
    Target overridden(String topic, long version, @Nullable CachedTopic kept) throws InterruptedException {
        Instant now = world.clock().instant();
        VersionRecord record = kept == null ? null : find(kept.getGoodList(), version);
        Tried tried = new Tried();
        if (record == null) {
            try {
                record = calls.version(topic, version);
            } catch (OctavoException e) {
                tried.serviceFailed(e);
            }
        }
        if (record == null) {
            FallbackCache.Found found = fromFallback(topic, tried);
            record = found == null ? null : Heads.record(found.head(), version);
        }
        if (record == null) {
            throw OctavoException.passing(
                    tried.code(), "version " + version + " of " + topic + " is nowhere: " + tried, null);
        }
        return Target.standIn(TopicHead.newBuilder().setTopic(topic).build(), record, Source.OVERRIDE, now);
    }

    private static boolean isNewer(CachedTopic kept, TopicHead head) {
        return Heads.compare(kept.getEpoch(), kept.getRevision(), head.getEpoch(), head.getRevision()) > 0;
    }

    private static Target kept(CachedTopic kept, Consumer consumer) {
        Instant asOf = Instant.ofEpochMilli(kept.getHeardMs());
        VersionRecord standing = find(kept.getGoodList(), kept.getVersion());
        if (standing == null) {
            return Target.resolved(kept.getHead(), consumer, Source.DISK, asOf);
        }
        TopicHead then = kept.getHead().toBuilder()
                .setEpoch(kept.getEpoch())
                .setRevision(kept.getRevision())
                .build();
        return Target.standIn(then, standing, Source.DISK, asOf);
    }

    private FallbackCache.@Nullable Found fromFallback(String topic, Tried tried) {
        if (!fallback.isThere()) {
            tried.failed(Source.FALLBACK, "none is configured");
            return null;
        }
        try {
            FallbackCache.Found found = fallback.newest(topic);
            if (found == null) {
                tried.failed(Source.FALLBACK, "it doesn't know this topic");
            }
            return found;
        } catch (Throwable e) {
            // Errors as well, such as a class of the S3 client that is missing: there is still the disk.
            tried.failed(
                    Source.FALLBACK,
                    String.valueOf(Errors.from(e, "look for it").getMessage()));
            return null;
        }
    }

    private List<VersionRecord> listed(Target wanted, Consumer consumer) {
        List<VersionRecord> meant = new ArrayList<>();
        try {
            for (VersionRecord record : calls.below(wanted.head().getTopic(), wanted.version(), PAGE)) {
                if (record.getPublicationsList().stream().anyMatch(one -> isMeant(one, consumer))) {
                    meant.add(record);
                }
            }
        } catch (OctavoException e) {
            // Then there are only those that the head names.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return meant;
    }

    /** What the service says now of versions that were run before: what became of them doesn't show in every head. */
    private List<VersionRecord> stillMeant(List<VersionRecord> good, Target wanted, Consumer consumer) {
        List<VersionRecord> meant = new ArrayList<>();
        for (VersionRecord known : good) {
            try {
                if (known.getVersion() < wanted.version()) {
                    VersionRecord now = calls.version(wanted.head().getTopic(), known.getVersion());
                    if (now.getPublicationsList().stream().anyMatch(one -> isMeant(one, consumer))) {
                        meant.add(now);
                    }
                }
            } catch (OctavoException e) {
                if (e.isPassing()) {
                    // Nobody knows now; this process has not heard of anything bad.
                    meant.add(known);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return meant;
            }
        }
        return meant;
    }

    private static List<VersionRecord> published(TopicHead head, Consumer consumer) {
        List<VersionRecord> records = new ArrayList<>();
        for (Publication publication : head.getPublicationsList()) {
            VersionRecord record = Heads.record(head, publication.getVersion());
            if (record != null && isMeant(publication, consumer)) {
                records.add(record);
            }
        }
        return records;
    }

    private static boolean isMeant(Publication publication, Consumer consumer) {
        return !publication.hasWithdrawal()
                && Scopes.matches(publication.getScope(), consumer)
                && Shares.includes(publication, consumer.getInstance());
    }

    private static void add(
            Map<Long, Target> found,
            Collection<VersionRecord> records,
            Target wanted,
            TopicHead newest,
            Source source,
            Instant asOf) {
        for (VersionRecord record : records) {
            if (record.getVersion() < wanted.version() && isServable(record, newest)) {
                found.putIfAbsent(record.getVersion(), Target.standIn(wanted.head(), record, source, asOf));
            }
        }
    }

    private static boolean isServable(VersionRecord record, TopicHead newest) {
        VersionRecord marked = Heads.record(newest, record.getVersion());
        return !record.hasQuarantine()
                && !record.hasDeletion()
                && (marked == null || !marked.hasQuarantine())
                && record.getVersion() > newest.getBaseVersion()
                && !newest.getWithdrawnList().contains(record.getVersion());
    }

    private static @Nullable VersionRecord find(Collection<VersionRecord> records, long version) {
        return records.stream()
                .filter(record -> record.getVersion() == version)
                .findFirst()
                .orElse(null);
    }
}
