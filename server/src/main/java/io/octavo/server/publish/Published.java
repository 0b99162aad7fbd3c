package io.octavo.server.publish;

import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.server.topic.Impact;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a publish.
 *
 * @param head     the topic's head with the version, or a newer one
 * @param revision the revision at which the version was made
 * @param version  the version, with all its publications
 * @param outcome  whether it was made now
 * @param undo     the shell command that takes the version back; null if there is nothing to undo
 * @param impact   what it changes, or would, for whom
 * @param before   the head that stood right before; null if it can't be had any more
 */
public record Published(
        TopicHead head,
        long revision,
        VersionRecord version,
        Outcome outcome,
        @Nullable String undo,
        List<Impact> impact,
        @Nullable TopicHead before) {
    public Published {
        impact = List.copyOf(impact);
    }

    /** How the version came about. */
    public enum Outcome {
        /** It was made by this call. */
        MADE,
        /** An earlier call with the same idempotency key had made it. */
        REPLAYED,
        /** The newest version is the same already; nothing was made. */
        UNCHANGED,
        /** It was only asked what would be made. */
        DRY_RUN
    }
}
