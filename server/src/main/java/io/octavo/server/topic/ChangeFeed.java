package io.octavo.server.topic;

import java.util.List;

/**
 * Which topics changed of late, for all nodes: the cost of staying fresh follows the number of changes. It is a
 * notice, not the truth: entries may be missing, late or double, and the log decides.
 */
public interface ChangeFeed {
    /** Changes are kept in buckets of this many milliseconds of the writer's clock. */
    long BUCKET_MILLIS = 10_000;

    /**
     * A topic that changed.
     *
     * @param atMillis when, by the writer's clock
     */
    record Change(String topic, long revision, long atMillis) {}

    /** Adds a change; blocks until it is stored. */
    void append(String topic, long revision);

    /** The changes of one bucket, oldest first; {@code bucket} is a time divided by {@link #BUCKET_MILLIS}. */
    List<Change> read(long bucket);
}
