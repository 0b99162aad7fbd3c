package io.octavo.server.topic;

import io.octavo.rules.InvalidField;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What a topic may hold, and the checks of what callers send. */
public final class Limits {
    /** Largest head, in bytes as a message. */
    public static final int HEAD_BYTES = 256 << 10;
    /** How much of it publishing may fill; the rest is kept for pins, unpins, quarantine and rollback. */
    public static final int HEAD_BYTES_FOR_PUBLISHING = 192 << 10;
    /** Scopes that a topic may be published to at a time. */
    public static final int SCOPES = 256;
    /** Pins that a topic may have. */
    public static final int PINS = 64;
    /** Holds that a topic may have. */
    public static final int HOLDS = 64;
    /** Partial publications of one scope above its newest full one. */
    public static final int PARTIAL_PUBLICATIONS = 4;
    /** Entries of a version's metadata, or of a topic's labels. */
    public static final int METADATA_ENTRIES = 64;
    /** Keys and values of a version's metadata, or of a topic's labels, in bytes of UTF-8. */
    public static final int METADATA_BYTES = 4 << 10;
    /** Characters of a reason or a description. */
    public static final int REASON_LENGTH = 1_000;
    /** Characters of an idempotency key, of who does something, of an owner or a content type. */
    public static final int NAME_LENGTH = 200;

    private Limits() {}

    /** Checks a version's metadata or a topic's labels: few enough, small enough, no blank keys. */
    public static void checkMetadata(String field, Map<String, String> metadata) {
        if (metadata.size() > METADATA_ENTRIES) {
            throw new InvalidField(field, metadata.size() + " entries", "at most " + METADATA_ENTRIES + " entries");
        }
        long bytes = 0;
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            if (entry.getKey().isBlank()) {
                throw new InvalidField(field, entry.getKey() + "=" + entry.getValue(), "a key that is not blank");
            }
            bytes += utf8(entry.getKey()) + utf8(entry.getValue());
        }
        if (bytes > METADATA_BYTES) {
            throw new InvalidField(field, bytes + " bytes", "at most " + METADATA_BYTES + " bytes of keys and values");
        }
    }

    /** Checks the length of a free text; it may be empty. */
    public static String checkText(String field, String text, int longest) {
        if (text.length() > longest) {
            throw new InvalidField(field, text, "at most " + longest + " characters, not " + text.length());
        }
        return text;
    }

    /** Checks a text that must say something. */
    public static String checkSaid(String field, String text, int longest) {
        if (text.isBlank()) {
            throw new InvalidField(field, text, "1 to " + longest + " characters, not blank");
        }
        return checkText(field, text, longest);
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
