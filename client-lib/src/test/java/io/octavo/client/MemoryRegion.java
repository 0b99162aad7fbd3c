package io.octavo.client;

import io.octavo.protocol.TopicHead;
import io.octavo.rules.FallbackKeys.Position;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A region of the fallback cache in memory, with one topic at most, that can be away. */
final class MemoryRegion implements FallbackRegion {
    private final String region;
    private final Topics topics;
    private TopicHead head = TopicHead.getDefaultInstance();
    private boolean away;

    /** Thrown when a topic's newest head is asked for. */
    @Nullable
    Error listing;

    /** Thrown when a payload is read. */
    @Nullable
    Error reading;

    MemoryRegion(String region, Topics topics) {
        this.region = region;
        this.topics = topics;
    }

    void put(TopicHead newest) {
        head = newest;
    }

    void away(boolean now) {
        away = now;
    }

    TopicHead head() {
        return head;
    }

    @Override
    public String region() {
        return region;
    }

    @Override
    public @Nullable Position newest(String topic) {
        if (listing != null) {
            throw listing;
        }
        if (away) {
            throw OctavoException.passing("region " + region + ": away", null);
        }
        return head.getTopic().equals(topic) ? new Position(topic, head.getEpoch(), head.getRevision()) : null;
    }

    @Override
    public TopicHead head(Position position) {
        return head;
    }

    @Override
    public @Nullable Instant completeAt() {
        return null;
    }

    @Override
    public void readDirect(long payloadId, PayloadSink sink, BooleanSupplier cancelled) {
        if (reading != null) {
            throw reading;
        }
        if (head.getTopic().isEmpty()) {
            throw OctavoException.passing("region " + region + ": it has no payloads", null);
        }
        // In these tests a payload's id is its version's number.
        sink.write(topics.payload(head.getTopic(), payloadId).asReadOnlyByteBuffer());
    }

    @Override
    public void read(String bucket, String key, PayloadSink sink, BooleanSupplier cancelled) {
        throw new AssertionError("there are no large payloads here");
    }

    @Override
    public void close() {}
}
