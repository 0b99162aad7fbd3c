package io.octavo.server.web;

import io.octavo.rules.InvalidField;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time as people write them: {@code 30d}, {@code 12h}, {@code 5m}, {@code 10s}; ISO 8601 is read too. */
final class Ages {
    private static final Pattern SIMPLE = Pattern.compile("([0-9]{1,9})([dhms])");
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Ages() {}

    /** Reads a positive length in whole seconds. */
    static long parseSeconds(String field, String text) {
        Matcher simple = SIMPLE.matcher(text);
        long seconds = 0;
        if (simple.matches()) {
            seconds = Long.parseLong(simple.group(1)) * unit(simple.group(2));
        } else {
            try {
                seconds = Duration.parse(text.toUpperCase(Locale.ROOT)).toSeconds();
            } catch (DateTimeException e) {
                // Said below, as of any other text that is no length of time.
            }
        }
        if (seconds <= 0) {
            throw new InvalidField(field, text, "a length of time like 30d, 12h, 5m or 10s");
        }
        return seconds;
    }

    /** Writes seconds in the largest unit that fits without a rest. */
    static String format(long seconds) {
        for (String unit : new String[] {"d", "h", "m"}) {
            if (seconds % unit(unit) == 0) {
                return seconds / unit(unit) + unit;
            }
        }
        return seconds + "s";
    }

    private static long unit(String letter) {
        return switch (letter) {
            case "d" -> DAY;
            case "h" -> HOUR;
            case "m" -> MINUTE;
            default -> 1;
        };
    }
}
