package io.octavo.client;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value and what is known of it, as it was taken into use: immutable, and replaced as a whole.
 *
 * @param value       what the deserializer made, or the default
 * @param version     its version number; 0 for the default
 * @param revision    the topic's revision by which it was chosen; 0 for the default
 * @param metadata    what its publisher said about it; empty for the default
 * @param publishedAt when it was published; null for the default
 * @param source      where it came from
 * @param since       when this process took it into use
 */
public record Snapshot<T>(
        T value,
        long version,
        long revision,
        Map<String, String> metadata,
        @Nullable Instant publishedAt,
        Source source,
        Instant since) {
    public Snapshot {
        metadata = Map.copyOf(metadata);
    }
}
