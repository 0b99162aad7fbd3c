package io.octavo.server.subscribe;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What processes say went wrong, each text once: when a version is bad, thousands say the same. Bounded; what doesn't
 * fit in is not kept. Safe for use by many threads.
 */
final class ErrorTexts {
    /** Stands for a text that is not kept. */
    static final String OTHER = "(one of too many different errors to keep)";

    private final long mostChars;
    private final ConcurrentHashMap<String, String> texts = new ConcurrentHashMap<>();
    private final AtomicLong chars = new AtomicLong();

    ErrorTexts(long mostChars) {
        this.mostChars = mostChars;
    }

    /** The text that is kept in place of an equal one. */
    String keep(String text) {
        String there = texts.get(text);
        if (there != null) {
            return there;
        }
        if (chars.addAndGet(text.length()) > mostChars) {
            chars.addAndGet(-text.length());
            return OTHER;
        }
        String raced = texts.putIfAbsent(text, text);
        if (raced != null) {
            chars.addAndGet(-text.length());
            return raced;
        }
        return text;
    }

    /** Forgets all but these. */
    void retain(Set<String> used) {
        for (String text : texts.keySet()) {
            if (!used.contains(text) && texts.remove(text) != null) {
                chars.addAndGet(-text.length());
            }
        }
    }
}
