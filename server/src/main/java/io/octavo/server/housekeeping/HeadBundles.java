package io.octavo.server.housekeeping;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.TopicHead;
import io.octavo.server.fallback.FallbackRegion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the heads that a region has into it once more, many in one object, so that a node that starts without the log has
 * few objects to read. That is done by the first scan of a term, and again when a twentieth of the topics has changed since.
 * Nothing depends on it: if it fails, the heads are read one by one. Safe for use by several threads.
 */
final class HeadBundles {
    private static final Logger LOG = LoggerFactory.getLogger(HeadBundles.class);
    private static final int BUNDLE_BYTES = 1 << 20;
    private static final int WORTH_IT = 20;

    private final FallbackRegion region;
    private final MeterRegistry meters;
    private @Nullable Collecting current;
    /** Begun, and not to be finished. */
    private @Nullable Collecting abandoned;

    private boolean everFinished;
    private long changed;

    /** What has been collected since the last bundle. */
    private static final class Collecting {
        private final long begunMillis;
        private ByteString.Output heads = ByteString.newOutput();
        private int number;

        Collecting(long begunMillis) {
            this.begunMillis = begunMillis;
        }
    }

    private record Bundle(long begunMillis, int number, ByteString heads) {}

    HeadBundles(FallbackRegion region, MeterRegistry meters) {
        this.region = region;
        this.meters = meters;
    }

    /** Another node may have done the work meanwhile. */
    synchronized void forget() {
        current = null;
        abandoned = null;
        everFinished = false;
    }

    /** From now on all heads come. */
    void begin(Instant at, int topics) {
        abandon();
        if (removeAbandoned()) {
            synchronized (this) {
                boolean worthIt = !everFinished || changed > topics / WORTH_IT;
                current = worthIt ? new Collecting(at.toEpochMilli()) : null;
            }
        }
    }

    private synchronized void abandon() {
        if (current != null) {
            abandoned = current;
            current = null;
        }
    }

    private synchronized @Nullable Collecting abandoned() {
        return abandoned;
    }

    /** So that there is one more than what is whole, however often that is tried. */
    private boolean removeAbandoned() {
        Collecting before = abandoned();
        if (before == null) {
            return true;
        }
        try {
            region.removeBundles(before.begunMillis, before.number);
            synchronized (this) {
                abandoned = null;
            }
            return true;
        } catch (RuntimeException e) {
            failed(e);
            return false;
        }
    }

    /** A head that the region didn't have. */
    void put(TopicHead head) {
        synchronized (this) {
            changed++;
        }
        add(head);
    }

    /** A head that the region has, with all that it names. */
    void add(TopicHead head) {
        Bundle full = collect(head);
        if (full != null) {
            create(full);
        }
    }

    /** All heads have come. */
    void finish() {
        Bundle last = last();
        if (last == null || !create(last)) {
            return;
        }
        try {
            region.removeBundlesBefore(last.begunMillis());
            synchronized (this) {
                everFinished = true;
                changed = 0;
                current = null;
            }
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private synchronized @Nullable Bundle collect(TopicHead head) {
        Collecting collecting = current;
        if (collecting == null) {
            return null;
        }
        try {
            head.writeDelimitedTo(collecting.heads);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return collecting.heads.size() < BUNDLE_BYTES ? null : cut(collecting);
    }

    private synchronized @Nullable Bundle last() {
        return current == null ? null : cut(current);
    }

    private static Bundle cut(Collecting collecting) {
        Bundle bundle = new Bundle(collecting.begunMillis, collecting.number++, collecting.heads.toByteString());
        collecting.heads = ByteString.newOutput();
        return bundle;
    }

    private boolean create(Bundle bundle) {
        if (bundle.heads().isEmpty()) {
            return true;
        }
        try {
            region.createBundle(bundle.begunMillis(), bundle.number(), bundle.heads());
            count("created");
            return true;
        } catch (RuntimeException e) {
            failed(e);
            return false;
        }
    }

    private void failed(RuntimeException e) {
        abandon();
        count("failed");
        LOG.warn("region {}: heads are not bundled for now: {}", region.name(), e.getMessage());
    }

    private void count(String outcome) {
        meters.counter("octavo.fallback.objects", "region", region.name(), "kind", "bundle", "outcome", outcome)
                .increment();
    }
}
