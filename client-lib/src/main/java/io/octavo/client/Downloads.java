package io.octavo.client;

import com.google.protobuf.ByteString;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.octavo.protocol.Part;
import io.octavo.protocol.PayloadLink;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Gets the payloads of offered versions: whole, verified, and within bounds of memory and time. */
final class Downloads {
    /** A break after this much progress doesn't count as an attempt. */
    private static final long WORTH = 1 << 20;

    /** Payloads that are read ahead, and all of them together: as the service's answers bring them along. */
    private static final int MOST_AHEAD = 64 << 10;

    private static final long MOST_AHEAD_IN_ALL = 64 << 20;

    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final SubscribeCalls calls;
    private final RangeReader links;
    private final FallbackCache fallback;
    private final DiskCache disk;
    private final WorkDirectory files;
    private final Limits limits;
    private final World world;
    private final CircuitBreaker breaker;
    private final AtomicLong ahead = new AtomicLong();
    private volatile String lastFailure = "";

    Downloads(
            SubscribeCalls calls,
            RangeReader links,
            FallbackCache fallback,
            DiskCache disk,
            WorkDirectory files,
            Limits limits,
            World world) {
        this.calls = calls;
        this.links = links;
        this.fallback = fallback;
        this.disk = disk;
        this.files = files;
        this.limits = limits;
        this.world = world;
        this.breaker = Breakers.of("octavo-service", world.steady());
    }

    /**
     * From this machine's disk if it is there; else, as the service is away or not, from the service or from the
     * fallback cache. Blocks. {@code cancelled} ends it soon, with whatever exception.
     */
    LoadedPayload fetch(String topic, Target target, BooleanSupplier cancelled) throws Exception {
        Instant end = world.steady().instant().plus(limits.transfer());
        boolean byService = target.source() == Source.SERVICE || target.source() == Source.OVERRIDE;
        VersionRecord record = record(topic, target, byService);
        if (record.getPartsCount() != 1) {
            throw OctavoException.lasting(
                    ErrorCode.INVALID_ARGUMENT,
                    "parts of " + topic + " version " + target.version() + ": " + record.getPartsCount()
                            + " (expected: 1)",
                    null);
        }
        LoadedPayload kept = disk.find(topic, record);
        if (kept != null) {
            return kept;
        }
        Part part = record.getParts(0);
        disk.makeRoom(part.getSize());
        UsedRegions used = new UsedRegions();
        try {
            return download(topic, target, record, used, end, cancelled);
        } catch (OctavoException e) {
            if (e.code() != ErrorCode.DIGEST_MISMATCH || !used.exclude()) {
                throw e;
            }
            LOG.log(Level.WARNING, "{0}; asking other regions than {1}", e.getMessage(), used);
            try {
                return download(topic, target, record, used, end, cancelled);
            } catch (OctavoException too) {
                e.addSuppressed(too);
                throw e;
            }
        }
    }

    private LoadedPayload download(
            String topic, Target target, VersionRecord record, UsedRegions used, Instant end, BooleanSupplier cancelled)
            throws Exception {
        Part part = record.getParts(0);
        try (PayloadSink sink = new PayloadSink(topic, record, part, files)) {
            ByteString along = target.bytes();
            if (along != null) {
                sink.write(along.asReadOnlyByteBuffer());
            } else if (target.source() == Source.SERVICE || target.source() == Source.OVERRIDE) {
                fromService(topic, part, sink, new Reading(topic, record.getVersion(), sink, used, end, cancelled));
            } else {
                fromFallback(topic, record, part, sink, used, cancelled);
            }
            return sink.verified();
        }
    }

    /**
     * The same with its bytes, if they are few and in the fallback cache: who looks up many topics at once doesn't wait for
     * one payload after the other then. What can't be had now is tried again when it is fetched. Blocks.
     */
    Target readAhead(String topic, Target target) {
        VersionRecord record = target.record();
        Part part = record == null || record.getPartsCount() != 1 ? Part.getDefaultInstance() : record.getParts(0);
        long size = part.getSize();
        if (record == null
                || target.source() != Source.FALLBACK
                || !part.hasDirect()
                || size == 0
                || size > MOST_AHEAD
                || disk.has(part)
                || ahead.addAndGet(size) > MOST_AHEAD_IN_ALL) {
            return target;
        }
        try (PayloadSink sink = new PayloadSink(topic, record, part, files)) {
            fallback.readOnce(part, sink, new UsedRegions(), () -> false);
            return target.with(sink.verified().bytes());
        } catch (OctavoException e) {
            LOG.log(Level.DEBUG, "topic " + topic + ": can't be read ahead", e);
            return target;
        }
    }

    /** Bytes that the service can't give may be had from where it puts them for such a case. */
    private void fromService(String topic, Part part, PayloadSink sink, Reading reading) throws Exception {
        try {
            Retries.of(
                            "octavo-download",
                            limits.downloads(),
                            limits.retry(),
                            world.random(),
                            OctavoException::isPassing)
                    .executeCallable(reading::run);
        } catch (OctavoException e) {
            if (!fallback.isThere() || e.code() == ErrorCode.DIGEST_MISMATCH || reading.cancelled.getAsBoolean()) {
                throw e;
            }
            LOG.log(Level.DEBUG, "topic " + topic + ": reading from the fallback cache, for the service fails", e);
            try {
                fallback.read(part, sink, reading.used, reading.cancelled);
            } catch (OctavoException too) {
                e.addSuppressed(too);
                throw e;
            }
        }
    }

    private void fromFallback(
            String topic,
            VersionRecord record,
            Part part,
            PayloadSink sink,
            UsedRegions used,
            BooleanSupplier cancelled)
            throws Exception {
        if (!fallback.isThere()) {
            throw OctavoException.lasting(
                    ErrorCode.NOT_FOUND,
                    "version " + record.getVersion() + " of " + topic + " is not on this machine",
                    null);
        }
        if (part.getSize() > 0) {
            fallback.read(part, sink, used, cancelled);
        }
    }

    private VersionRecord record(String topic, Target target, boolean byService) throws InterruptedException {
        VersionRecord known = target.record();
        return known != null && !(byService && known.getMetadataOmitted())
                ? known
                : calls.version(topic, target.version());
    }

    /** One download, over as many attempts as it takes. */
    private final class Reading {
        private final String topic;
        private final long version;
        private final PayloadSink sink;
        private final UsedRegions used;
        private final Instant end;
        private final BooleanSupplier cancelled;

        Reading(
                String topic,
                long version,
                PayloadSink sink,
                UsedRegions used,
                Instant end,
                BooleanSupplier cancelled) {
            this.topic = topic;
            this.version = version;
            this.sink = sink;
            this.used = used;
            this.end = end;
            this.cancelled = cancelled;
        }

        /** Goes on as long as it gets on. */
        @Nullable
        Void run() throws InterruptedException {
            while (!sink.isComplete()) {
                long before = sink.position();
                try {
                    guarded();
                } catch (OctavoException e) {
                    if (!e.isPassing() || sink.position() - before < WORTH) {
                        throw e;
                    }
                }
            }
            return null;
        }

        /** A service that fails again and again is left alone for a moment: bytes may be had elsewhere meanwhile. */
        private void guarded() throws InterruptedException {
            boolean isAsked = Breakers.guard(breaker, () -> {
                try {
                    attempt();
                } catch (OctavoException e) {
                    lastFailure = String.valueOf(e.getMessage());
                    throw e;
                }
            });
            if (!isAsked) {
                throw OctavoException.passing(
                        lastFailure + ": the service fails repeatedly; not asked for a moment", null);
            }
        }

        private void attempt() throws InterruptedException {
            Duration left = Duration.between(world.steady().instant(), end);
            if (cancelled.getAsBoolean() || left.isNegative() || left.isZero()) {
                throw OctavoException.lasting(
                        ErrorCode.UNAVAILABLE,
                        cancelled.getAsBoolean()
                                ? "not wanted any more"
                                : "payload of " + topic + " version " + version + ": not complete within "
                                        + limits.transfer(),
                        null);
            }
            Duration atMost = left.compareTo(limits.stall()) < 0 ? left : limits.stall();
            List<PayloadLink> elsewhere = calls.payload(topic, version, sink, atMost, cancelled);
            if (!elsewhere.isEmpty()) {
                List<PayloadLink> unused = elsewhere.stream()
                        .filter(link -> !used.isExcluded(link.getRegion()))
                        .toList();
                if (unused.isEmpty()) {
                    throw OctavoException.lasting(ErrorCode.NOT_FOUND, "it is in no other region", null);
                }
                links.read(unused, Range.rest(sink), used::add, end, cancelled);
            } else if (!sink.isComplete()) {
                throw OctavoException.passing(
                        "payload of " + topic + " version " + version + " ended after " + sink.position() + " bytes",
                        null);
            }
        }
    }
}
