package io.octavo.server.retention;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What live consumers run. */
@FunctionalInterface
public interface LiveVersions {
    /**
     * The versions of a topic that live consumers run, or fetch to run them. Blocks for seconds at most.
     *
     * @return null if that can't be said, for not all subscribe nodes could be asked
     */
    @Nullable
    Set<Long> of(String topic);
}
