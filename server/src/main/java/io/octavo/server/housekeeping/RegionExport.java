package io.octavo.server.housekeeping;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.FallbackKeys.Position;
import io.octavo.rules.Heads;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.fallback.FallbackRegion.Exported;
import io.octavo.server.payload.DirectPayloads;
import io.octavo.server.payload.MissingPayload;
import io.octavo.server.payload.Origin;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one region's fallback cache has, as far as this node knows, and what it lacks. Heads are looked at by one thread;
 * they may be put by several.
 */
final class RegionExport {
    private static final Logger LOG = LoggerFactory.getLogger(RegionExport.class);
    /** After so many failures one after the other, a region is left alone for a while. */
    private static final int FAILURES_IN_A_ROW = 3;

    private static final Duration LEFT_ALONE = Duration.ofSeconds(30);
    private static final Duration BETWEEN_MARKS = Duration.ofSeconds(20);
    /** By then nothing is under way any more that a deposed leader has begun: it is looked at once more. */
    private static final Duration SECOND_LIST = Duration.ofMinutes(1);

    private final FallbackRegion region;
    private final DirectPayloads direct;
    private final Duration putWithin;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Set<String> behind = ConcurrentHashMap.newKeySet();
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();
    private final Set<String> ahead = ConcurrentHashMap.newKeySet();
    private final DueTimes toTidy = new DueTimes();
    private final HeadBundles bundles;
    private volatile @Nullable RegionListing listing;
    /** Something was listed that is to be compared with all heads. */
    private boolean toBeCompared;
    /** Sorted; until it is compared with what all heads name. */
    private volatile long @Nullable [] listedPayloads;

    private Instant listAgainAt = Instant.EPOCH;
    private boolean comparedOnce;
    private volatile boolean listed;
    private int failuresInARow;
    private volatile Instant awayUntil = Instant.EPOCH;
    private volatile @Nullable Instant completeAt;
    private Instant markedAt = Instant.EPOCH;

    /**
     * The newest head of a topic in the region.
     *
     * @param content  of the head, see {@link HeadContent}; 0 = not known
     * @param payloads of it that are known to be there
     * @param sinceMs  when it came; 0 = before this term
     */
    private record Known(long epoch, long revision, long content, Set<Long> payloads, long sinceMs) {
        int compareTo(TopicHead head) {
            return Heads.compare(epoch, revision, head.getEpoch(), head.getRevision());
        }
    }

    /** @param putWithin how long ago a head may have been read that is put */
    RegionExport(
            FallbackRegion region,
            DirectPayloads direct,
            Duration putWithin,
            InstantSource clock,
            MeterRegistry meters) {
        this.region = region;
        this.direct = direct;
        this.putWithin = putWithin;
        this.clock = clock;
        this.meters = meters;
        this.bundles = new HeadBundles(region, meters);
    }

    String name() {
        return region.name();
    }

    /** Another node may have done the work meanwhile. What is under way stays so. */
    void forget() {
        listing = null;
        toBeCompared = false;
        listedPayloads = null;
        listAgainAt = Instant.EPOCH;
        comparedOnce = false;
        listed = false;
        known.clear();
        behind.clear();
        ahead.clear();
        toTidy.clear();
        bundles.forget();
        completeAt = null;
        markedAt = Instant.EPOCH;
        awayUntil = Instant.EPOCH;
        noteSuccess();
    }

    boolean isListed() {
        return listed;
    }

    /** Whether the region is left alone now, for it did not answer. */
    boolean isAway() {
        return clock.instant().isBefore(awayUntil);
    }

    /** Topics that lack a head that is known to exist. */
    Set<String> behind() {
        return behind;
    }

    int behindCount() {
        return behind.size();
    }

    /** Topics of which the region has a newer head than the log, or the log none: it was set back. */
    int aheadCount() {
        return ahead.size();
    }

    /** All that was committed before this time is in the region; null = not known. */
    @Nullable
    Instant completeAt() {
        return completeAt;
    }

    /** Whether it is time to learn what the region has, or to go on with that. */
    boolean isToBeListed() {
        return !toBeCompared && !listAgainAt.isAfter(clock.instant());
    }

    /** Whether what the region has was listed, and not all heads were gone over since. */
    boolean isToBeCompared() {
        return toBeCompared;
    }

    /**
     * Learns what the region has, and goes on with that the next time if it may not go on now. Until its heads were listed
     * once, nothing is put in the region; then what is known holds until they were listed again. The payloads, of which
     * there may be many more, are listed after them, in case that any was lost. Throws what the region throws.
     */
    void list(BooleanSupplier goOn) {
        RegionListing found = listing;
        if (found == null) {
            if (completeAt == null) {
                completeAt = region.completeAt();
            }
            found = new RegionListing(region);
            listing = found;
        }
        if (!found.hasAllHeads() && found.listHeads(goOn)) {
            learn(found);
        }
        if (found.hasAllHeads() && found.listPayloads(goOn)) {
            listing = null;
            listedPayloads = found.payloads();
            toBeCompared = true;
        }
    }

    private void learn(RegionListing found) {
        found.heads().forEach((topic, head) -> known.merge(topic, listed(head), RegionExport::newer));
        known.keySet().retainAll(found.heads().keySet());
        found.several().stream()
                .filter(topic -> !toTidy.has(topic))
                .forEach(topic -> toTidy.note(topic, clock.millis()));
        listed = true;
        toBeCompared = true;
    }

    private static Known listed(Position head) {
        return new Known(head.epoch(), head.revision(), 0, Set.of(), 0);
    }

    /** What is known more exactly stays. */
    private static Known newer(Known mine, Known found) {
        return Heads.compare(mine.epoch(), mine.revision(), found.epoch(), found.revision()) == 0 ? mine : found;
    }

    /** From now on all heads are gone over: those that the region has are bundled, if that is worth it. */
    void beginScan(Instant at) {
        if (listed && !isAway()) {
            bundles.begin(at, known.size());
        }
    }

    /** A head that the region doesn't lack. */
    void isThere(TopicHead head) {
        if (!ahead.contains(head.getTopic())) {
            bundles.add(head);
        }
    }

    /** All heads were gone over, which are of these topics: what the region has of others, the log has lost. */
    void scanned(Set<String> topics) {
        if (listed) {
            known.keySet().stream().filter(topic -> !topics.contains(topic)).forEach(ahead::add);
        }
    }

    /** All heads were gone over, and nothing is under way. */
    void finishBundles() {
        if (listed && !isAway() && behind.isEmpty()) {
            bundles.finish();
        }
    }

    /** All heads were gone over: the list of payloads is large, and soon out of date. */
    void compared(Duration listInterval) {
        toBeCompared = false;
        if (listedPayloads != null) {
            listedPayloads = null;
            boolean soon = !comparedOnce && listInterval.compareTo(SECOND_LIST) > 0;
            listAgainAt = clock.instant().plus(soon ? SECOND_LIST : listInterval);
            comparedOnce = true;
        }
    }

    /** Whether a head of the topic is being put: until that has ended, nobody knows what the region has. */
    boolean isUnderWay(String topic) {
        return underWay.contains(topic);
    }

    /** Whether the region lacks this head, or a payload of it. */
    boolean lacks(TopicHead head) {
        String topic = head.getTopic();
        Known newest = known.get(topic);
        int order = newest == null ? -1 : newest.compareTo(head);
        if (order > 0) {
            ahead.add(topic);
            return false;
        }
        ahead.remove(topic);
        long content = HeadContent.of(head);
        if (newest == null || (order != 0 && newest.content() != content)) {
            return true;
        }
        Set<Long> payloads = HeadContent.payloads(head);
        long[] there = listedPayloads;
        if (there != null && !payloads.stream().allMatch(id -> isAmong(there, id))) {
            // So it is lacking until it is put, which may be when the list is gone.
            known.remove(topic);
            return true;
        }
        if (newest.content() == 0) {
            known.put(topic, new Known(newest.epoch(), newest.revision(), content, payloads, newest.sinceMs()));
        }
        return false;
    }

    private static boolean isAmong(long[] sorted, long id) {
        return Arrays.binarySearch(sorted, id) >= 0;
    }

    /** A head that could not be put now. */
    void leave(TopicHead head) {
        behind.add(head.getTopic());
    }

    /** From now on it is put, until {@link #put} or {@link #failed} has ended. */
    void begin(TopicHead head) {
        behind.remove(head.getTopic());
        underWay.add(head.getTopic());
    }

    /** The head that is in front now will not be needed for long. */
    void tidyLater(TopicHead head, Duration keep) {
        if (known.containsKey(head.getTopic()) && !toTidy.has(head.getTopic())) {
            toTidy.note(head.getTopic(), clock.millis() + keep.toMillis());
        }
    }

    /**
     * Puts what a head names in, then the head: a reader of the head finds the rest.
     *
     * @param readAt when it was read in the log
     * @throws ServiceException if that is too long ago: it is to be read again
     */
    void put(TopicHead head, Instant readAt) {
        String topic = head.getTopic();
        Known before = known.get(topic);
        long[] there = listedPayloads;
        for (VersionRecord version : HeadContent.served(head)) {
            for (Part part : version.getPartsList()) {
                long id = part.getDirect().getPayloadId();
                if (part.hasDirect() && part.getSize() > 0 && !isThere(id, before, there)) {
                    putPayload(topic, version.getVersion(), id);
                }
            }
        }
        requireFresh(head, readAt);
        count("head", toRegion(() -> region.createHead(head)) ? "created" : "there");
        RegionListing meanwhile = listing;
        if (meanwhile != null) {
            meanwhile.note(new Position(topic, head.getEpoch(), head.getRevision()));
        }
        Known now = new Known(
                head.getEpoch(), head.getRevision(), HeadContent.of(head), HeadContent.payloads(head), clock.millis());
        known.merge(topic, now, (mine, other) -> mine.compareTo(head) > 0 ? mine : other);
        bundles.put(head);
        underWay.remove(topic);
    }

    /**
     * Meanwhile a version of it may have been deleted, bytes and all; and a machine that slept may wake up in another age:
     * the log was set back, and what the head names was swept away.
     */
    private void requireFresh(TopicHead head, Instant readAt) {
        if (readAt.plus(putWithin).isBefore(clock.instant())) {
            throw ServiceException.unavailable(
                    "region " + name() + ": the head of " + head.getTopic() + " was read at " + readAt
                            + " (expected: within " + putWithin + "); it is read again",
                    LEFT_ALONE,
                    null);
        }
    }

    /** What was listed a moment ago counts for more than what was put long ago. */
    private static boolean isThere(long id, @Nullable Known before, long @Nullable [] there) {
        return there != null
                ? isAmong(there, id)
                : before != null && before.payloads().contains(id);
    }

    private void putPayload(String topic, long version, long id) {
        ByteString bytes;
        try {
            bytes = direct.read(id);
        } catch (MissingPayload e) {
            // Nobody has it: without the head, readers would miss everything else too.
            LOG.warn("{} version {}: exported without its payload, which is nowhere", topic, version);
            count("payload", "missing");
            return;
        }
        Origin origin = Origin.exported(topic, version);
        count("payload", toRegion(() -> region.createPayload(id, bytes, origin)) ? "created" : "there");
        RegionListing meanwhile = listing;
        if (meanwhile != null) {
            meanwhile.note(id);
        }
    }

    /** A head could not be put. */
    void failed(TopicHead head) {
        behind.add(head.getTopic());
        underWay.remove(head.getTopic());
        count("head", "failed");
    }

    /** Takes note of how a call to the region ended. */
    private <T> T toRegion(Supplier<T> call) {
        try {
            T answer = call.get();
            noteSuccess();
            return answer;
        } catch (RuntimeException e) {
            noteFailure();
            throw e;
        }
    }

    private synchronized void noteSuccess() {
        failuresInARow = 0;
    }

    private synchronized void noteFailure() {
        failuresInARow++;
        if (failuresInARow >= FAILURES_IN_A_ROW) {
            awayUntil = clock.instant().plus(LEFT_ALONE);
        }
    }

    /** Somebody knows better: it is not left alone any longer. */
    void tryAgain() {
        awayUntil = Instant.EPOCH;
        noteSuccess();
    }

    /** Leaves the region alone for a while. */
    void leaveAlone() {
        awayUntil = clock.instant().plus(LEFT_ALONE);
    }

    /** All that changed before this time was looked at, and nothing is under way. */
    void settle(Instant lookedAt) {
        if (!listed || !behind.isEmpty() || isAway()) {
            return;
        }
        completeAt = lookedAt;
        if (!markedAt.plus(BETWEEN_MARKS).isAfter(lookedAt)) {
            toRegion(() -> {
                region.markComplete(lookedAt);
                region.removeOldMarks();
                return true;
            });
            markedAt = lookedAt;
        }
    }

    /** A topic that may have heads which are not needed any more, once; null if there is none now. */
    @Nullable
    String nextToTidy(Duration keep) {
        String topic = toTidy.poll(clock.millis());
        Known newest = topic == null ? null : known.get(topic);
        if (topic != null && newest != null && newest.sinceMs() + keep.toMillis() > clock.millis()) {
            toTidy.note(topic, newest.sinceMs() + keep.toMillis());
        }
        return topic;
    }

    /** Removes the heads of a topic that a newer one has stood in front of for so long. */
    void tidy(String topic, Duration keep) {
        Instant before = clock.instant().minus(keep);
        List<Exported> old = new ArrayList<>();
        Instant newer = Instant.MAX;
        for (Exported head : toRegion(() -> region.heads(topic))) {
            if (!newer.isAfter(before)) {
                old.add(head);
            }
            newer = head.modified();
        }
        if (!old.isEmpty()) {
            toRegion(() -> {
                region.removeHeads(old);
                return true;
            });
            meters.counter("octavo.fallback.objects", "region", name(), "kind", "head", "outcome", "deleted")
                    .increment(old.size());
        }
    }

    private void count(String kind, String outcome) {
        meters.counter("octavo.fallback.objects", "region", name(), "kind", kind, "outcome", outcome)
                .increment();
    }
}
