package io.octavo.server.web;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Resolution;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Tells which versions the consistency check holds back. Where there are subscriptions. */
@FunctionalInterface
public interface HeldVersions {
    /** Where nothing is known of that. */
    HeldVersions NONE = (head, consumer) -> null;

    /** What is held back from a consumer that is to run it by this head; null = nothing is. */
    @Nullable
    Held of(TopicHead head, Consumer consumer);

    /**
     * A version whose payload is missing.
     *
     * @param since   when that was found out
     * @param standIn what is given to who has nothing; {@link Resolution#NOTHING} if there is nothing to give
     * @param record  of what stands in, complete; null if nothing does
     */
    record Held(
            long version,
            Instant since,
            Resolution standIn,
            @Nullable VersionRecord record) {}
}
