package io.octavo.client;

/**
 * A value in use, and the file behind it if there is one.
 *
 * @param payload what the value was made of
 */
record Held<T>(Snapshot<T> snapshot, LoadedPayload payload) {}
