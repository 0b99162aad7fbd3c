package io.octavo.server.web;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks the regions how old their fallback caches are; may block, for as long as it likes. */
@FunctionalInterface
public interface FallbackAges {
    /**
     * One region's.
     *
     * @param age     of the newest state that it has completely; null if it never was complete, or can't be asked
     * @param problem why it can't be asked; null if it can
     */
    record Age(
            String region, @Nullable Duration age, @Nullable String problem) {}

    List<Age> ages();
}
