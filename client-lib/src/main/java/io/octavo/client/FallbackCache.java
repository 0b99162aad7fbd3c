package io.octavo.client;

import io.octavo.protocol.Part;
import io.octavo.protocol.S3Location;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.FallbackKeys.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The fallback cache in S3, over all regions that this client knows, the preferred one first. Blocks. Thread-safe. */
final class FallbackCache implements AutoCloseable {
    /** A head that is gone between listing and reading has been followed by a newer one. */
    private static final int LOOKS = 3;

    private static final Duration SAME_MARK = Duration.ofSeconds(20);

    private final List<FallbackRegion> regions;
    private final Limits limits;
    private final World world;
    private final Map<FallbackRegion, Complete> complete = new ConcurrentHashMap<>();
    private final AtomicBoolean isPrepared = new AtomicBoolean();

    /** Up to when a region was complete, when it was asked. */
    private record Complete(@Nullable Instant at, Instant asked) {}

    FallbackCache(List<? extends FallbackRegion> regions, Limits limits, World world) {
        this.regions = List.copyOf(regions);
        this.limits = limits;
        this.world = world;
    }

    /**
     * A head.
     *
     * @param asOf everything that was committed before then was known there; null if that isn't known
     */
    record Found(TopicHead head, @Nullable Instant asOf) {}

    boolean isThere() {
        return !regions.isEmpty();
    }

    /** Heads may be needed soon: asks for what comes with each of them, once, for the first call takes the longest. */
    void prepare() {
        if (!isPrepared.getAndSet(true)) {
            regions.forEach(this::asOf);
        }
    }

    /**
     * A topic's newest head of all regions that can be asked; null if they have none.
     *
     * @throws OctavoException if none can be asked; says what is wrong with each
     */
    @Nullable
    Found newest(String topic) {
        for (int look = 0; look < LOOKS; look++) {
            Map<FallbackRegion, Position> listed = list(topic);
            FallbackRegion best = newest(listed);
            if (best == null) {
                return null;
            }
            Position position = listed.get(best);
            TopicHead head = position == null ? null : best.head(position);
            if (head != null) {
                return new Found(head, asOf(best));
            }
        }
        throw OctavoException.passing("the newest head of " + topic + " was listed and not found", null);
    }

    /**
     * Reads a payload from where the sink is, from the first region that has it.
     *
     * @param used which regions are not to be asked; is told of those of which bytes were taken
     */
    void read(Part part, PayloadSink sink, UsedRegions used, BooleanSupplier cancelled) throws Exception {
        Retries.of("octavo-fallback", limits.downloads(), limits.retry(), world.random(), OctavoException::isPassing)
                .executeCallable(() -> {
                    readOnce(part, sink, used, cancelled);
                    return true;
                });
    }

    @Override
    public void close() {
        regions.forEach(FallbackRegion::close);
    }

    private Map<FallbackRegion, Position> list(String topic) {
        Map<FallbackRegion, Position> listed = new HashMap<>();
        List<String> failures = new ArrayList<>();
        for (FallbackRegion region : regions) {
            try {
                Position position = region.newest(topic);
                if (position != null) {
                    listed.put(region, position);
                }
            } catch (OctavoException e) {
                failures.add(String.valueOf(e.getMessage()));
            }
        }
        if (failures.size() == regions.size()) {
            throw OctavoException.passing(String.join("; ", failures), null);
        }
        return listed;
    }

    private @Nullable FallbackRegion newest(Map<FallbackRegion, Position> listed) {
        FallbackRegion best = null;
        for (FallbackRegion region : regions) {
            Position position = listed.get(region);
            Position newest = best == null ? null : listed.get(best);
            if (position != null && (newest == null || newest.isBefore(position.epoch(), position.revision()))) {
                best = region;
            }
        }
        return best;
    }

    /** Asked for now and then only: many topics are looked up one after the other. */
    private @Nullable Instant asOf(FallbackRegion region) {
        Instant now = world.steady().instant();
        Complete known = complete.get(region);
        if (known == null || known.asked().plus(SAME_MARK).isBefore(now)) {
            known = new Complete(completeAt(region), now);
            complete.put(region, known);
        }
        return known.at();
    }

    private static @Nullable Instant completeAt(FallbackRegion region) {
        try {
            return region.completeAt();
        } catch (OctavoException e) {
            return null;
        }
    }

    /** As {@link #read}, without asking a region again that has failed. */
    void readOnce(Part part, PayloadSink sink, UsedRegions used, BooleanSupplier cancelled) {
        OctavoException last =
                OctavoException.lasting(ErrorCode.NOT_FOUND, "it is in no region whose bucket this client knows", null);
        for (FallbackRegion region : regions) {
            long before = sink.position();
            try {
                if (sink.isComplete() || (!used.isExcluded(region.region()) && read(region, part, sink, cancelled))) {
                    return;
                }
            } catch (OctavoException e) {
                if (e.code() == ErrorCode.DIGEST_MISMATCH) {
                    used.add(region.region());
                }
                if (!e.isPassing()) {
                    throw e;
                }
                last = e;
            } finally {
                if (sink.position() > before) {
                    used.add(region.region());
                }
            }
        }
        throw last;
    }

    /** False if it isn't in this region. */
    private static boolean read(FallbackRegion region, Part part, PayloadSink sink, BooleanSupplier cancelled) {
        return switch (part.getPointerCase()) {
            case DIRECT -> {
                region.readDirect(part.getDirect().getPayloadId(), sink, cancelled);
                yield true;
            }
            case S3 -> read(region, part.getS3().getLocationsList(), sink, cancelled);
            case EXTERNAL -> read(region, part.getExternal().getLocationsList(), sink, cancelled);
            case POINTER_NOT_SET -> false;
        };
    }

    private static boolean read(
            FallbackRegion region, List<S3Location> locations, PayloadSink sink, BooleanSupplier cancelled) {
        for (S3Location location : locations) {
            if (location.getRegion().equals(region.region())) {
                region.read(location.getBucket(), location.getKey(), sink, cancelled);
                return true;
            }
        }
        return false;
    }
}
