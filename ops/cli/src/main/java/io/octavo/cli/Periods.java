package io.octavo.cli;

import io.octavo.rules.InvalidField;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time as people write them: {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 7d}. */
final class Periods {
    private static final Pattern PATTERN = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

    private Periods() {}

    static boolean isPeriod(String text) {
        return PATTERN.matcher(text).matches();
    }

    /** @throws InvalidField if it is none, or zero */
    static Duration parse(String name, String text) {
        Matcher matcher = PATTERN.matcher(text);
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            Duration period = switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
            if (!period.isZero()) {
                return period;
            }
        }
        throw new InvalidField(name, text, "a time such as 30s, 5m, 2h or 7d");
    }

    /** A moment: a span from now on, or an instant such as {@code 2026-12-24T18:00:00Z}, which must be to come. */
    static Instant moment(String name, String text, Instant now) {
        try {
            Instant moment = isPeriod(text) ? now.plus(parse(name, text)) : Instant.parse(text);
            if (moment.isAfter(now)) {
                return moment;
            }
        } catch (DateTimeException e) {
            // Said below, with examples.
        }
        throw new InvalidField(name, text, "a time to come, such as 2h or 2026-12-24T18:00:00Z");
    }

    /** A moment that is over: a span before now, or an instant such as {@code 2026-11-22T18:00:00Z}. */
    static Instant past(String name, String text, Instant now) {
        try {
            Instant moment = isPeriod(text) ? now.minus(parse(name, text)) : Instant.parse(text);
            if (!moment.isAfter(now)) {
                return moment;
            }
        } catch (DateTimeException e) {
            // Said below, with examples.
        }
        throw new InvalidField(name, text, "a time that is over, such as 2h or 2026-11-22T18:00:00Z");
    }
}
