package io.octavo.server.housekeeping;

import java.time.Instant;

/**
 * The bytes that the sweep removes. Calls block, with time-outs of the stores'; they throw if a region can't be asked,
 * after all others were.
 */
public interface UnownedBytes {
    /** Removes a payload, finished or not, from every region; harmless if it isn't there. */
    void delete(long payloadId, boolean isDirect);

    /** Gives up unfinished S3 uploads of ours that were begun before that time, some hundred at most; says how many. */
    int abortUnfinished(Instant before);
}
