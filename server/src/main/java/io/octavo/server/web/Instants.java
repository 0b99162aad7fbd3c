package io.octavo.server.web;

import io.octavo.rules.InvalidField;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Times of the past, as parameters give them. */
final class Instants {
    private Instants() {}

    /** A time that has passed; null if the parameter isn't given. */
    static @Nullable Instant past(Query query, String name, Instant now) {
        String text = query.text(name);
        if (text == null) {
            return null;
        }
        Instant instant = parse(text);
        if (instant == null || instant.isAfter(now) || instant.isBefore(Instant.EPOCH)) {
            throw new InvalidField(name, text, "a time that has passed, like 2026-01-31T12:00:00Z");
        }
        return Instant.ofEpochMilli(instant.toEpochMilli());
    }

    /** A time, or how long ago: {@code 1h}, {@code 30d}. */
    static Instant since(Query query, String name, Duration otherwise, Duration longest, Instant now) {
        String text = query.text(name);
        if (text == null) {
            return now.minus(otherwise);
        }
        Instant instant = parse(text);
        if (instant == null) {
            long seconds = Ages.parseSeconds(name, text);
            instant = seconds > longest.toSeconds() ? Instant.MIN : now.minusSeconds(seconds);
        }
        if (instant.isBefore(now.minus(longest)) || instant.isAfter(now)) {
            throw new InvalidField(
                    name, text, "a time within the last " + longest.toDays() + " days, or how long ago, like 1h or 7d");
        }
        return Instant.ofEpochMilli(instant.toEpochMilli());
    }

    private static @Nullable Instant parse(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }
}
