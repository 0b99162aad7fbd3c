package io.octavo.server.cassandra;

/** The kinds of rows in a topic's partition. */
final class Section {
    /** By version number: its record with all its publications. */
    static final String VERSION = "version";
    /** By revision: what was done. */
    static final String EVENT = "event";
    /** By the hash of an idempotency key: what it made. */
    static final String REQUEST = "request";
    /** By upload id: how the upload ended. */
    static final String UPLOAD = "upload";

    private Section() {}
}
