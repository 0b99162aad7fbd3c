package io.octavo.server.peers;

import com.google.protobuf.CodedOutputStream;
import io.octavo.protocol.Hint;
import io.octavo.protocol.HintRequest;
import io.octavo.rules.Heads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one node is still to be told: of each topic the newest, in the order in which they came. Bounded in topics and
 * in bytes of heads; what waits longest makes room for what is new, and a head for which there is none is left out.
 * Thread-safe; nothing here blocks.
 */
final class HintMailbox {
    static final int MOST_TOPICS = 10_000;
    static final int MOST_HEAD_BYTES = 4 << 20;

    /** By then the feed has brought it. */
    static final Duration NEWS = Duration.ofSeconds(5);

    /** @param since when it came, in ns */
    record Waiting(Hint hint, long since) {
        int headBytes() {
            return hint.hasHead() ? hint.getHead().getSerializedSize() : 0;
        }

        Waiting withoutHead() {
            return new Waiting(hint.toBuilder().clearHead().build(), since);
        }

        boolean isNewerThan(Waiting other) {
            return Heads.compare(hint.getEpoch(), hint.getRevision(), other.hint.getEpoch(), other.hint.getRevision())
                    > 0;
        }
    }

    private final Map<String, Waiting> topics = new LinkedHashMap<>();
    private final LongSupplier nanos;
    private final HintMetrics metrics;
    private int headBytes;

    HintMailbox(LongSupplier nanos, HintMetrics metrics) {
        this.nanos = nanos;
        this.metrics = metrics;
    }

    synchronized void put(Hint hint) {
        put(new Waiting(hint, nanos.getAsLong()));
    }

    /** Puts back what was taken and could not be sent; what came meanwhile stands. */
    synchronized void putBack(List<Waiting> batch) {
        batch.forEach(this::put);
    }

    /** Takes out as much as goes into one call; nothing if there is nothing that is still news. */
    synchronized List<Waiting> take() {
        long now = nanos.getAsLong();
        List<Waiting> batch = new ArrayList<>();
        int bytes = 0;
        Iterator<Waiting> all = topics.values().iterator();
        while (all.hasNext() && batch.size() < HintFormat.MOST_HINTS) {
            Waiting next = all.next();
            if (now - next.since > NEWS.toNanos()) {
                metrics.dropped(1);
            } else {
                bytes += CodedOutputStream.computeMessageSize(HintRequest.HINTS_FIELD_NUMBER, next.hint);
                if (bytes > HintFormat.MOST_BYTES) {
                    break;
                }
                batch.add(next);
            }
            all.remove();
            headBytes -= next.headBytes();
        }
        return batch;
    }

    synchronized boolean isEmpty() {
        return topics.isEmpty();
    }

    /** Gives up all that waits. */
    synchronized void clear() {
        metrics.dropped(topics.size());
        topics.clear();
        headBytes = 0;
    }

    private void put(Waiting added) {
        String topic = added.hint.getTopic();
        Waiting before = topics.get(topic);
        if (before != null && !added.isNewerThan(before)) {
            return;
        }
        if (before == null && topics.size() == MOST_TOPICS) {
            dropFirst();
        }
        headBytes -= headBytes(before);
        Waiting kept = headBytes + added.headBytes() > MOST_HEAD_BYTES ? added.withoutHead() : added;
        headBytes += kept.headBytes();
        topics.put(topic, kept);
    }

    private void dropFirst() {
        Iterator<Waiting> all = topics.values().iterator();
        headBytes -= all.next().headBytes();
        all.remove();
        metrics.dropped(1);
    }

    private static int headBytes(@Nullable Waiting waiting) {
        return waiting == null ? 0 : waiting.headBytes();
    }
}
