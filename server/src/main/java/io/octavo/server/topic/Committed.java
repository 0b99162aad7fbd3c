package io.octavo.server.topic;

import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import org.jspecify.annotations.Nullable;

/**
 * What a command did.
 *
 * @param head     the head that the caller may take to be in force: the one that the command made, or a newer one
 * @param revision the revision at which what was asked for was done
 * @param version  the version concerned, with all its publications; null if none is
 * @param effect   how it came about
 */
public record Committed(
        TopicHead head, long revision, @Nullable VersionRecord version, Effect effect) {
    /** How what was asked for came about. */
    public enum Effect {
        /** By this call. */
        DONE,
        /** By an earlier call with the same idempotency key. */
        REPLAYED,
        /** It stood already; nothing was written. */
        UNCHANGED
    }
}
