package io.octavo.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How people like to read sizes, ages and what others wrote. */
final class Text {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Text() {}

    /** A size in bytes, such as 1.5 MiB. */
    static String size(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= 999.5 && unit < UNITS.length - 1) {
            size /= 1024;
            unit++;
        }
        String digits = unit == 0 || size >= 99.95 ? "%.0f %s" : "%.1f %s";
        return String.format(Locale.ROOT, digits, size, UNITS[unit]);
    }

    /** How long ago something was, in its largest unit; a dash for never. */
    static String age(@Nullable Instant then, Instant now) {
        if (then == null) {
            return "-";
        }
        Duration age = Duration.between(then, now);
        if (age.toDays() > 1) {
            return age.toDays() + " d";
        }
        if (age.toHours() > 1) {
            return age.toHours() + " h";
        }
        if (age.toMinutes() > 1) {
            return age.toMinutes() + " min";
        }
        return Math.max(age.toSeconds(), 0) + " s";
    }

    /** How long something took, to two digits at least; empty for not known. */
    static String span(@Nullable Duration took) {
        if (took == null) {
            return "";
        }
        if (took.toMillis() < 1_000) {
            return took.toMillis() + " ms";
        }
        if (took.toSeconds() < 100) {
            return String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1e3);
        }
        return took.toMinutes() < 100 ? took.toMinutes() + " min" : took.toHours() + " h";
    }

    /** A time to the second; empty for never. */
    static String moment(@Nullable Instant time) {
        return time == null ? "" : time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** A text by somebody else, unable to move a terminal's cursor or to change its colours. */
    static String line(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '\uFFFD' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** The start of a digest, enough to tell versions apart by eye. */
    static String shortDigest(String sha256) {
        return sha256.length() <= 12 ? sha256 : sha256.substring(0, 12);
    }

    /** A text as one word of a shell command. */
    static String quoted(String text) {
        return text.matches("[A-Za-z0-9_@%+=:,./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
