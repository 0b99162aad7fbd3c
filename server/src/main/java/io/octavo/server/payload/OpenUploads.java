package io.octavo.server.payload;

import org.jspecify.annotations.Nullable;

/**
 * The list of payloads that their publishers put into S3 themselves, by topic and idempotency key. An entry goes away by
 * itself when it expires. Calls block, with a time-out of the store's; they throw a
 * {@link io.octavo.server.errors.ServiceException} UNAVAILABLE if the store can't answer.
 */
public interface OpenUploads {
    /** The upload with this key, read serially; null = none. */
    @Nullable
    OpenUpload find(String topic, String key);

    /**
     * Adds an upload unless there is one with its key.
     *
     * @return the one that stands: this one, also if an earlier call added it, or another
     */
    OpenUpload putIfAbsent(OpenUpload upload);

    /** Removes this very upload; harmless if it isn't there, or another has its key by now. */
    void remove(OpenUpload upload);

    /** How many a topic has, counted up to {@code most}; may be a moment behind. */
    int count(String topic, int most);
}
