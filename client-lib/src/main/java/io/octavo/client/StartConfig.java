package io.octavo.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a client starts when not everything is well; see {@link OctavoClientBuilder} for the meaning of each.
 *
 * @param keep     how many versions of a topic are kept on disk, beside the pinned one
 * @param patience how long the service alone is asked
 */
record StartConfig(
        @Nullable Path cacheDirectory,
        long cacheLimit,
        int keep,
        List<Fallback> fallback,
        Map<String, Long> overrides,
        Duration patience) {
    static final StartConfig DEFAULT = new StartConfig(null, 10L << 30, 2, List.of(), Map.of(), Duration.ofSeconds(5));

    StartConfig {
        fallback = List.copyOf(fallback);
        overrides = Map.copyOf(overrides);
    }
}
