package io.octavo.server.topic;

/**
 * When this installation's log was created or last restored, in ms: the epoch of topics made from now on. Calls block
 * and throw as those of {@link TopicLog} do.
 */
public interface InstallationEpoch {
    /** The epoch that stands. */
    long read();

    /** Replaces it, in one step; false if another one stands than is expected. May be repeated. */
    boolean replace(long expected, long next);
}
