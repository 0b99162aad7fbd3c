package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table of what clients see of what breaks, in their guide, and what of it was tried: word by word. A cell is statements,
 * which end with a full stop or a semicolon; whoever has tried one says it here as it is written there. Safe for use by
 * several threads.
 */
final class FaultTable {
    private static final Path GUIDE = Path.of("../docs/java-client.md");
    private static final String HEAD = "| what breaks | at the start | while it runs |";
    private static final Pattern ROW = Pattern.compile("\\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|");
    private static final Splitter STATEMENTS = Splitter.on(Pattern.compile("[.;] "));

    private final Map<String, Set<String>> tried = new TreeMap<>();

    /** These statements of the row's first cell have just been found to be true. */
    void start(String row, String... statements) {
        add(tried, row + ", at the start", List.of(statements));
    }

    /** These statements of the row's second cell have just been found to be true. */
    void running(String row, String... statements) {
        add(tried, row + ", while it runs", List.of(statements));
    }

    /**
     * All that the cells of these rows say was tried, and they and the others are the table.
     *
     * @param others rows that another test tries
     */
    void assertAllTried(List<String> rows, List<String> others) throws IOException {
        Map<String, Set<String>> documented = new TreeMap<>();
        Set<String> names = new TreeSet<>();
        for (Matcher row : written()) {
            String name = row.group(1);
            names.add(name);
            if (rows.contains(name)) {
                add(documented, name + ", at the start", STATEMENTS.splitToList(row.group(2)));
                add(documented, name + ", while it runs", STATEMENTS.splitToList(row.group(3)));
            }
        }
        assertThat(tried()).isEqualTo(documented);
        assertThat(names).containsAll(rows).containsAll(others).hasSize(rows.size() + others.size());
    }

    private synchronized Map<String, Set<String>> tried() {
        return new TreeMap<>(tried);
    }

    private synchronized void add(Map<String, Set<String>> cells, String cell, List<String> statements) {
        cells.computeIfAbsent(cell, key -> new TreeSet<>()).addAll(statements);
    }

    private static List<Matcher> written() throws IOException {
        List<String> lines = Files.readAllLines(GUIDE);
        int head = lines.indexOf(HEAD);
        assertThat(head).as("%s has the line %s", GUIDE, HEAD).isPositive();
        return lines.subList(head + 2, lines.size()).stream()
                .map(ROW::matcher)
                .takeWhile(Matcher::matches)
                .toList();
    }
}
