package io.octavo.client;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value and what is known of it: immutable, and replaced as a whole.
 *
 * @param value       what the deserializer made, or the default
 * @param version     its version number; 0 for the default
 * @param revision    the topic's revision by which it was chosen; 0 for the default
 * @param metadata    what its publisher said about it; empty for the default
 * @param publishedAt when it was published; null for the default
 * @param source      from whom this process knows that it is the one to use
 * @param asOf        up to when that is known to be right: of the service, when it said so first; of the fallback cache,
 *     up to when it was complete, or the topic's last change; of the disk, when that was written
 * @param since       when this process took it into use
 */
public record Snapshot<T>(
        T value,
        long version,
        long revision,
        Map<String, String> metadata,
        @Nullable Instant publishedAt,
        Source source,
        Instant asOf,
        Instant since) {
    public Snapshot {
        metadata = Map.copyOf(metadata);
    }

    static <T> Snapshot<T> ofDefault(T value, Instant now) {
        return new Snapshot<>(value, 0, 0, Map.of(), null, Source.DEFAULT, now, now);
    }

    /** The same, now known from the service. */
    Snapshot<T> confirmed(Instant now) {
        return new Snapshot<>(value, version, revision, metadata, publishedAt, Source.SERVICE, now, since);
    }
}
