package io.octavo.server.security;

import io.octavo.rules.InvalidField;
import java.util.regex.Pattern;

/**
 * Topics by their names: {@code prices*}, {@code team-a.*}, {@code *}. A star stands for any characters, also none;
 * everything else for itself.
 */
final class TopicPattern {
    private static final Pattern VALID = Pattern.compile("[a-z0-9._*-]{1,128}");

    private TopicPattern() {}

    /** @throws InvalidField if it is none */
    static void check(String pattern) {
        if (!VALID.matcher(pattern).matches()) {
            throw new InvalidField("topics", pattern, "1 to 128 of a-z, 0-9, dot, underscore, dash and star");
        }
    }

    static boolean isAll(String pattern) {
        return pattern.chars().allMatch(c -> c == '*');
    }

    /** Whether a topic is meant. Only the last star is ever tried again, so that no pattern takes long. */
    static boolean matches(String pattern, String topic) {
        int at = 0;
        int in = 0;
        int afterStar = -1;
        int begun = 0;
        while (in < topic.length()) {
            if (at < pattern.length() && pattern.charAt(at) == '*') {
                at++;
                afterStar = at;
                begun = in;
            } else if (at < pattern.length() && pattern.charAt(at) == topic.charAt(in)) {
                at++;
                in++;
            } else if (afterStar >= 0) {
                at = afterStar;
                begun++;
                in = begun;
            } else {
                return false;
            }
        }
        return isAll(pattern.substring(at));
    }
}
