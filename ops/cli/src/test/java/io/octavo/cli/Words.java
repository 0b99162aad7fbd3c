package io.octavo.cli;

import java.util.ArrayList;
import java.util.List;

/** Splits a line as a shell does, as far as examples and printed commands go: blanks, quotes, backslashes. */
final class Words {
    private Words() {}

    static String[] of(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean begun = false;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
                begun = true;
            } else if (c == '\\') {
                word.append(line.charAt(++i));
                begun = true;
            } else if (c == ' ') {
                if (begun) {
                    words.add(word.toString());
                }
                word.setLength(0);
                begun = false;
            } else {
                word.append(c);
                begun = true;
            }
        }
        if (quote != 0) {
            throw new AssertionError("a quote is open: " + line);
        }
        if (begun) {
            words.add(word.toString());
        }
        return words.toArray(String[]::new);
    }
}
