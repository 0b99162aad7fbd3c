package io.octavo.client;

import org.jspecify.annotations.Nullable;

/**
 * A version that is published, or staged, and durable.
 *
 * @param topic     the topic's name
 * @param version   the number it was given
 * @param revision  the topic's revision that made it
 * @param sha256    of the payload, lower-case hex
 * @param size      of the payload in bytes
 * @param replayed  an earlier attempt with the same idempotency key had made it
 * @param unchanged nothing was made, for this one, the newest, is the same; see {@link NewVersion#ifChanged}
 * @param undo      the shell command that takes it back; null if there is none
 */
public record Published(
        String topic,
        long version,
        long revision,
        String sha256,
        long size,
        boolean replayed,
        boolean unchanged,
        @Nullable String undo) {}
