package io.octavo.server.topic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** Version numbers in words. */
final class Numbers {
    private Numbers() {}

    /** Such as {@code versions 1 to 97, 99}. */
    static String text(Collection<Long> numbers) {
        List<String> runs = new ArrayList<>();
        long first = 0;
        long last = 0;
        for (long number : new TreeSet<>(numbers)) {
            if (number != last + 1 || first == 0) {
                add(runs, first, last);
                first = number;
            }
            last = number;
        }
        add(runs, first, last);
        return (numbers.size() == 1 ? "version " : "versions ") + String.join(", ", runs);
    }

    private static void add(List<String> runs, long first, long last) {
        if (first != 0) {
            runs.add(first == last ? Long.toString(first) : first + " to " + last);
        }
    }
}
