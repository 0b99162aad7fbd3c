package io.octavo.client;

/**
 * A version that is published, or staged, and durable.
 *
 * @param topic    the topic's name
 * @param version  the number it was given
 * @param revision the topic's revision that made it
 * @param sha256   of the payload, lower-case hex
 * @param size     of the payload in bytes
 * @param replayed an earlier attempt with the same idempotency key had made it
 */
public record Published(String topic, long version, long revision, String sha256, long size, boolean replayed) {}
