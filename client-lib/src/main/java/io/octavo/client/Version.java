package io.octavo.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A version, as it was when it was asked for: its bytes never change, its state does.
 *
 * @param topic       the topic's name
 * @param version     its number
 * @param revision    the topic's revision that made it
 * @param publishedAt when
 * @param publishedBy by whom
 * @param metadata    what its publisher said about it; unmodifiable
 * @param size        of the payload in bytes
 * @param sha256      of the payload, lower-case hex
 * @param contentType as the publisher gave it; empty = unknown
 * @param state       what may be done with it
 * @param scopes      whom it is published to, {@code *} is everybody; of what a consumer is to run, those that concern it
 */
public record Version(
        String topic,
        long version,
        long revision,
        Instant publishedAt,
        String publishedBy,
        Map<String, String> metadata,
        long size,
        String sha256,
        String contentType,
        State state,
        List<String> scopes) {
    public Version {
        metadata = Map.copyOf(metadata);
        scopes = List.copyOf(scopes);
    }

    /** What may be done with a version. More may be added. */
    public enum State {
        /** Published to nobody, not yet or not any more. */
        STAGED,
        /** Published. */
        PUBLISHED,
        /** Marked as bad: given to nobody who doesn't ask for it by its number. */
        QUARANTINED,
        /** Collected, or deleted by hand: its bytes are gone, or go. */
        DELETED
    }
}
