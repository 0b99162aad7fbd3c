package io.octavo.server.topic;

import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a command did.
 *
 * @param head     the head that the command made; a newer one if an earlier call made it, so long ago that its own
 *     can't be had any more
 * @param revision the revision at which what was asked for was done
 * @param version  the version concerned, with all its publications; null if none is
 * @param effect   how it came about
 * @param before   the head that stood right before; one of revision 0 if the name was never used, null if it can't be
 *     had any more
 */
public record Committed(
        TopicHead head,
        long revision,
        @Nullable VersionRecord version,
        Effect effect,
        @Nullable TopicHead before) {
    /** How what was asked for came about. */
    public enum Effect {
        /** By this call. */
        DONE,
        /** By an earlier call with the same idempotency key. */
        REPLAYED,
        /** It stood already; nothing was written. */
        UNCHANGED,
        /** Not at all: it was only asked what would come of it. The head is the one that there would be. */
        DRY_RUN
    }

    /** What it changes, or would, for whom; nothing if that can't be known any more. */
    public List<Impact> impact() {
        return before == null ? List.of() : Impact.between(before, head);
    }
}
