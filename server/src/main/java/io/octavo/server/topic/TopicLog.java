package io.octavo.server.topic;

import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.UploadRecord;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The store of all topics: per topic one head, and rows for its versions, events, requests and uploads. Changed by
 * {@link #tryCommit} only, which replaces the head and writes the rows in one step or not at all.
 *
 * <p>Calls block, with a time-out of the store's; they throw a
 * {@link io.octavo.server.errors.ServiceException} UNAVAILABLE if the store can't answer.
 */
public interface TopicLog extends ReadableLog {
    /** How a read is to be ordered with commits. */
    enum Read {
        /** May be a moment behind a commit that is acknowledged elsewhere. */
        LOCAL,
        /** Sees every commit acknowledged before it began. */
        SERIAL
    }

    /** What an idempotency key made, read serially; null if nothing in the last seven days. */
    @Nullable
    RequestRecord request(String topic, String key);

    /**
     * Applies the commit if the topic is still at the revision that it expects, its request row is new and its upload
     * is not aborted.
     *
     * @throws OutcomeUnknown if the store didn't say whether it was applied: it may have been, or may be later. Call
     *     again with the same commit to learn it.
     */
    CommitOutcome tryCommit(Commit commit);

    /**
     * Marks an upload as aborted, so that a commit of it that comes later fails.
     *
     * @return false if the upload was committed: then its bytes must stay
     */
    boolean abortUpload(String topic, long uploadId, long atMillis);

    /** How an upload ended, which is final; null if it has not, or so lately that this datacentre doesn't know. */
    @Nullable
    UploadRecord upload(String topic, long uploadId);

    /** Hands over every head there is, in no order; heads changed meanwhile may be older or newer. */
    void forEachHead(Consumer<TopicHead> consumer);

    /**
     * Hands over the names and revisions of a part of all topics, in no order. All slices together are all topics, so
     * that a sweep can be spread over time.
     *
     * @param slice which part, 0 … slices − 1
     */
    void forEachRevision(int slice, int slices, RevisionConsumer consumer);

    /** Takes a topic and where it stands. */
    @FunctionalInterface
    interface RevisionConsumer {
        void accept(String topic, long epoch, long revision);
    }

    /** When this installation's log was created or last restored, in ms: the epoch of topics made from now on. */
    long epoch();
}
