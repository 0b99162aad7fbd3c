package io.octavo.client;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.PayloadLink;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Gets the payloads of offered versions: whole, verified, and within bounds of memory and time. */
final class Downloads {
    /** A break after this much progress doesn't count as an attempt. */
    private static final long WORTH = 1 << 20;

    private final SubscribeCalls calls;
    private final LinkReader links;
    private final WorkDirectory files;
    private final Limits limits;
    private final World world;

    Downloads(SubscribeCalls calls, LinkReader links, WorkDirectory files, Limits limits, World world) {
        this.calls = calls;
        this.links = links;
        this.files = files;
        this.limits = limits;
        this.world = world;
    }

    /** Blocks. {@code cancelled} ends it soon, with whatever exception. */
    LoadedPayload fetch(String topic, Target target, BooleanSupplier cancelled) throws Exception {
        Instant end = world.clock().instant().plus(limits.transfer());
        VersionRecord record = record(topic, target);
        if (record.getPartsCount() != 1) {
            throw OctavoException.lasting(
                    ErrorCode.INVALID_ARGUMENT,
                    "parts of " + topic + " version " + target.version() + ": " + record.getPartsCount()
                            + " (expected: 1)",
                    null);
        }
        Part part = record.getParts(0);
        try (PayloadSink sink = new PayloadSink(topic, record, part, files)) {
            ByteString along = target.bytes();
            if (along != null) {
                sink.write(along.asReadOnlyByteBuffer());
            } else {
                Reading reading = new Reading(topic, record.getVersion(), sink, end, cancelled);
                Retries.of(
                                "octavo-download",
                                limits.downloads(),
                                limits.retry(),
                                world.random(),
                                OctavoException::isPassing)
                        .executeCallable(reading::run);
            }
            return sink.verified();
        }
    }

    private VersionRecord record(String topic, Target target) throws InterruptedException {
        VersionRecord known = target.record();
        return known != null && !known.getMetadataOmitted() ? known : calls.version(topic, target.version());
    }

    /** One download, over as many attempts as it takes. */
    private final class Reading {
        private final String topic;
        private final long version;
        private final PayloadSink sink;
        private final Instant end;
        private final BooleanSupplier cancelled;

        Reading(String topic, long version, PayloadSink sink, Instant end, BooleanSupplier cancelled) {
            this.topic = topic;
            this.version = version;
            this.sink = sink;
            this.end = end;
            this.cancelled = cancelled;
        }

        /** Goes on as long as it gets on. */
        @Nullable
        Void run() throws InterruptedException {
            while (!sink.isComplete()) {
                long before = sink.position();
                try {
                    attempt();
                } catch (OctavoException e) {
                    if (!e.isPassing() || sink.position() - before < WORTH) {
                        throw e;
                    }
                }
            }
            return null;
        }

        private void attempt() throws InterruptedException {
            Duration left = Duration.between(world.clock().instant(), end);
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
                links.read(elsewhere, sink, end, cancelled);
            } else if (!sink.isComplete()) {
                throw OctavoException.passing(
                        "payload of " + topic + " version " + version + " ended after " + sink.position() + " bytes",
                        null);
            }
        }
    }
}
