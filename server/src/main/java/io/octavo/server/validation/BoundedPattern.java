package io.octavo.server.validation;

import java.util.regex.Pattern;

/** A regular expression that is given up when it takes too long: some try more ways than there is time for. */
final class BoundedPattern {
    private static final int READS_BETWEEN_LOOKS = 4096;

    private final Pattern pattern;
    private final Deadline deadline;

    BoundedPattern(String regex, Deadline deadline) {
        this.pattern = Pattern.compile(regex);
        this.deadline = deadline;
    }

    boolean isFoundIn(String text) {
        return pattern.matcher(new Watched(text, deadline)).find();
    }

    /** A text whose reader is looked at now and then. */
    private static final class Watched implements CharSequence {
        private final CharSequence text;
        private final Deadline deadline;
        private int reads;

        Watched(CharSequence text, Deadline deadline) {
            this.text = text;
            this.deadline = deadline;
        }

        @Override
        public char charAt(int index) {
            if (++reads % READS_BETWEEN_LOOKS == 0) {
                deadline.check();
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Watched(text.subSequence(start, end), deadline);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
