package io.octavo.server.idle;

import java.time.Duration;
import java.util.Map;

/** Who knows what is consumed now. */
@FunctionalInterface
public interface RecentUses {
    /**
     * What was consumed in the last day.
     *
     * @param ago        how long ago, by topic
     * @param isComplete whether all were asked who know; else there may be more
     */
    record Recent(Map<String, Duration> ago, boolean isComplete) {
        public Recent {
            ago = Map.copyOf(ago);
        }
    }

    /** Asks all of them; blocks for seconds at most. */
    Recent ask();
}
