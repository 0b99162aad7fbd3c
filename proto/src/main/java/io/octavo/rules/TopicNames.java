package io.octavo.rules;

import java.util.regex.Pattern;

/** What a topic may be called. */
public final class TopicNames {
    private static final Pattern PATTERN = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?");
    private static final String EXPECTED =
            "1 to 128 of a-z, 0-9, dot, underscore and dash, starting and ending with a letter or digit";

    private TopicNames() {}

    /** Whether a topic may be called that. */
    public static boolean isValid(String name) {
        return PATTERN.matcher(name).matches();
    }

    /**
     * Answers the name if it can be a topic's.
     *
     * @throws InvalidField if it can't
     */
    public static String check(String name) {
        if (!isValid(name)) {
            throw new InvalidField("topic", name, EXPECTED);
        }
        return name;
    }
}
