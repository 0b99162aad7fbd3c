package io.octavo.server.topic;

import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicHead;
import org.jspecify.annotations.Nullable;

/** What became of a commit. */
public sealed interface CommitOutcome {
    /** It is durable. */
    record Applied() implements CommitOutcome {}

    /**
     * It was not applied now, and if it had not been applied before, never will be.
     *
     * @param head          the head that stands instead; null if the topic has none
     * @param request       the row of this commit's idempotency key: present = it, or another commit with this key, was
     *     applied before
     * @param uploadAborted the upload was given up before
     */
    record NotApplied(@Nullable TopicHead head, @Nullable RequestRecord request, boolean uploadAborted)
            implements CommitOutcome {}
}
