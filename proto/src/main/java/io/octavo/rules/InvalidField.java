package io.octavo.rules;

/** A value that came from outside and can't be taken: names the field, the value and what was expected. */
public final class InvalidField extends IllegalArgumentException {
    private static final int LONGEST_SHOWN = 200;

    private final String field;
    private final String value;
    private final String expected;

    /**
     * @param field    the name under which the caller gave the value
     * @param value    what was given; cut after 200 characters
     * @param expected what would have been right, as the end of a sentence that starts with "expected: "
     */
    public InvalidField(String field, Object value, String expected) {
        super(field + ": " + shown(value) + " (expected: " + expected + ")");
        this.field = field;
        this.value = shown(value);
        this.expected = expected;
    }

    /** The name under which the caller gave the value. */
    public String field() {
        return field;
    }

    /** What was given, with an ellipsis in place of what follows the 200th character. */
    public String value() {
        return value;
    }

    /** What would have been right. */
    public String expected() {
        return expected;
    }

    private static String shown(Object value) {
        String text = String.valueOf(value);
        if (text.length() <= LONGEST_SHOWN) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST_SHOWN - 1)) ? LONGEST_SHOWN - 1 : LONGEST_SHOWN;
        return text.substring(0, end) + "…";
    }
}
