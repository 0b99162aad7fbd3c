package io.octavo.server.publish;

import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a publish.
 *
 * @param head     the topic's head with the version, or a newer one
 * @param revision the revision at which the version was made
 * @param version  the version, with all its publications
 * @param outcome  whether it was made now
 * @param undo     the shell command that gives the scopes what they ran before; null if there is nothing to undo
 */
public record Published(
        TopicHead head,
        long revision,
        VersionRecord version,
        Outcome outcome,
        @Nullable String undo) {
    /** How the version came about. */
    public enum Outcome {
        /** It was made by this call. */
        MADE,
        /** An earlier call with the same idempotency key had made it. */
        REPLAYED,
        /** The newest version is the same already; nothing was made. */
        UNCHANGED
    }
}
