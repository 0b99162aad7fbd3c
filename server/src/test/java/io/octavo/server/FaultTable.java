package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The table of what clients see of what breaks, in their guide, and which of its cells were tried. */
final class FaultTable {
    private static final Path GUIDE = Path.of("../docs/java-client.md");
    private static final String HEAD = "| what breaks | at the start | while it runs |";
    private static final Pattern ROW = Pattern.compile("\\| ([^|]+) \\| [^|]+ \\| [^|]+ \\|");

    private final Map<String, Set<String>> tried = new TreeMap<>();

    void start(String row) {
        tried.computeIfAbsent(row, key -> new TreeSet<>()).add("start");
    }

    void running(String row) {
        tried.computeIfAbsent(row, key -> new TreeSet<>()).add("running");
    }

    /**
     * Both cells of these rows were tried, and they and the others are the table.
     *
     * @param others rows that another test tries
     */
    void assertAllTried(List<String> rows, List<String> others) throws IOException {
        assertThat(tried.keySet()).containsExactlyInAnyOrderElementsOf(rows);
        assertThat(tried.values()).allSatisfy(cells -> assertThat(cells).containsExactly("running", "start"));
        assertThat(documented())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(rows, others).flatMap(List::stream).toList());
    }

    private static List<String> documented() throws IOException {
        List<String> lines = Files.readAllLines(GUIDE);
        int head = lines.indexOf(HEAD);
        assertThat(head).as("%s has the line %s", GUIDE, HEAD).isPositive();
        List<String> rows = new ArrayList<>();
        for (String line : lines.subList(head + 2, lines.size())) {
            Matcher row = ROW.matcher(line);
            if (!row.matches()) {
                break;
            }
            rows.add(row.group(1));
        }
        return rows;
    }
}
