package io.octavo.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Is told what a client does, to be counted. Every method does nothing unless overridden; calls come from the client's
 * threads, several at a time, and must be quick. What they throw is ignored. {@link MicrometerMetrics} tells Micrometer.
 */
public interface ClientMetrics {
    /** Counts nothing. */
    ClientMetrics NONE = new ClientMetrics() {};

    /** What failed. */
    enum Failure {
        /** A version's payload couldn't be fetched, or wasn't what was published. */
        FETCH,
        /** The deserializer threw. */
        DESERIALIZE,
        /** A lower version was offered without a reason, and refused. */
        REFUSED,
        /** A listener threw. */
        LISTENER,
        /** A replaced value couldn't be closed. */
        CLOSE,
        /** Something in the cache directory wasn't what was written there; it has been removed. */
        CACHE
    }

    /** A poll ended: answered, or not. */
    default void polled(boolean answered) {}

    /** A payload of so many bytes was fetched and verified. */
    default void downloaded(String topic, long bytes) {}

    /** A payload of so many bytes was found in the cache directory and verified: nothing was downloaded. */
    default void reused(String topic, long bytes) {}

    /**
     * How a subscription is doing; told after each poll, failed ones too.
     *
     * @param source from whom it knows what to run; null = it has neither value nor default
     * @param age    how long ago that was known to be right; zero for defaults
     */
    default void observed(String topic, @Nullable Source source, Duration age) {}

    /** A process that had a value took a higher version into use, this long after it was published. */
    default void applied(String topic, Duration propagation) {}

    /** Something failed. */
    default void failed(String topic, Failure kind) {}
}
