package io.octavo.server.idle;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where it is kept when each topic was consumed last. Of two writes the one of the later time stays, whichever lands later.
 * Calls block, with a time-out of the store's; they throw a {@link io.octavo.server.errors.ServiceException} UNAVAILABLE if
 * it can't answer.
 */
public interface TopicUses {
    /**
     * The time in which nobody could consume a topic without being noticed.
     *
     * @param until when all subscribe nodes were asked last
     */
    record Watch(Instant since, Instant until) {}

    /** When each topic was consumed last, to about a day; none of those that never were since this is noted. */
    Map<String, Instant> all();

    /** Notes that a topic was consumed. */
    void used(String topic, Instant at);

    /** Since when it is noted without a gap; null = never so far. */
    @Nullable
    Watch watch();

    /** Notes how far that reaches. */
    void watched(Watch watch);
}
