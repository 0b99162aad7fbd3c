package io.octavo.client;

import io.octavo.protocol.TopicHead;
import io.octavo.rules.FallbackKeys.Position;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One region of the fallback cache. Calls block, each for some seconds at most, bytes as long as they come, and throw an
 * {@link OctavoException} if the store can't or won't answer. Thread-safe.
 */
interface FallbackRegion extends AutoCloseable {
    /** Our name of the region. */
    String region();

    /** Where a topic's newest head is; null if there is none. */
    @Nullable
    Position newest(String topic);

    /** A head; null if it isn't there any more: a newer one is. */
    @Nullable
    TopicHead head(Position position);

    /** Up to when it has everything; null if it was never complete. */
    @Nullable
    Instant completeAt();

    /** Reads the bytes of a direct payload from where the sink is, until it is complete. */
    void readDirect(long payloadId, PayloadSink sink, BooleanSupplier cancelled);

    /** Reads an object's bytes from where the sink is, until it is complete. */
    void read(String bucket, String key, PayloadSink sink, BooleanSupplier cancelled);

    @Override
    void close();
}
