package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The fenced blocks of a Markdown file that are to be tried: each that says its language. Before it stands a comment such as
 * {@code <!-- test: shell -->}, which may go on with lines that readers needn't see, to be run before it; behind it may stand
 * {@code <!-- then}, with lines to be run after it.
 */
record Readme(Path file, List<Block> all) {
    private static final Pattern MARKER = Pattern.compile("<!-- test: ([\\w-]+)( -->)?");
    private static final String THEN = "<!-- then";
    private static final String END = "-->";
    private static final List<String> KINDS = List.of(
            "shell", "rest", "java", "junit", "boot", "yaml", "environment", "junit-environment", "pom", "dependency");
    private static final String FENCE = "```";

    /**
     * One block.
     *
     * @param place the file and the line where it begins
     * @param line  that line
     * @param shown what readers see of it
     * @param lines all of it
     */
    record Block(String kind, String place, int line, List<String> shown, List<String> lines) {
        /** Stands in the output where the block says what was printed just before. */
        static final String MARK = "\u0001";

        private static final Pattern PRINTS = Pattern.compile("\\s*(?:#|//) prints: (.*)");

        /** Its text, for a server at this address. */
        String at(String url) {
            return String.join("\n", lines).replace("http://127.0.0.1:8080", url) + "\n";
        }

        /** Its text, for bash, with a command that prints a mark in place of each group of expected lines. */
        String withMarks(String url) {
            StringBuilder text = new StringBuilder();
            boolean within = false;
            for (String line : at(url).lines().toList()) {
                boolean isPrints = PRINTS.matcher(line).matches();
                if (!isPrints) {
                    text.append(line).append('\n');
                } else if (!within) {
                    text.append("printf '\\001'\n");
                }
                within = isPrints;
            }
            return text.toString();
        }

        /** The expected lines, one text for each group of them. */
        List<String> expectations() {
            List<String> groups = new ArrayList<>();
            boolean within = false;
            for (String line : lines) {
                Matcher matcher = PRINTS.matcher(line);
                boolean isPrints = matcher.matches();
                if (isPrints && within) {
                    groups.set(groups.size() - 1, groups.get(groups.size() - 1) + "\n" + matcher.group(1));
                } else if (isPrints) {
                    groups.add(matcher.group(1));
                }
                within = isPrints;
            }
            return groups;
        }

        /** The expected lines. */
        List<String> prints() {
            return expectations().stream().flatMap(String::lines).toList();
        }

        @Override
        public String toString() {
            return place + " (" + kind + ")";
        }
    }

    static Readme read(Path file) throws IOException {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        int at = 0;
        while (at < lines.size()) {
            Matcher marker = MARKER.matcher(lines.get(at));
            if (marker.matches()) {
                at = read(file, lines, at, marker, blocks);
            } else {
                assertThat(lines.get(at))
                        .as("%s:%d: a fence that isn't tried, for no <!-- test: … --> stands before it", file, at + 1)
                        .doesNotMatch(FENCE + "\\w.*");
                at++;
            }
        }
        return new Readme(file, List.copyOf(blocks));
    }

    /** Answers where the block has ended. */
    private static int read(Path file, List<String> lines, int first, Matcher marker, List<Block> blocks) {
        String place = file + ":" + (first + 1);
        assertThat(KINDS).as(place).contains(marker.group(1));
        int fence = marker.group(2) == null ? end(place, lines, first + 1, END) + 1 : first + 1;
        assertThat(fence < lines.size() && lines.get(fence).startsWith(FENCE))
                .as("%s: a fence follows", place)
                .isTrue();
        int after = end(place, lines, fence + 1, FENCE) + 1;
        List<String> shown = List.copyOf(lines.subList(fence + 1, after - 1));
        List<String> all = new ArrayList<>(lines.subList(first + 1, Math.max(first + 1, fence - 1)));
        all.addAll(shown);
        int end = after;
        if (after < lines.size() && lines.get(after).equals(THEN)) {
            end = end(place, lines, after + 1, END) + 1;
            all.addAll(lines.subList(after + 1, end - 1));
        }
        blocks.add(new Block(marker.group(1), place, first + 1, shown, List.copyOf(all)));
        return end;
    }

    private static int end(String place, List<String> lines, int from, String what) {
        int found = lines.subList(from, lines.size()).indexOf(what);
        assertThat(found).as("%s: a line %s ends it", place, what).isNotNegative();
        return from + found;
    }

    /** The blocks of a kind, of which there must be some. */
    List<Block> blocks(String kind) {
        List<Block> found =
                all.stream().filter(block -> block.kind().equals(kind)).toList();
        assertThat(found)
                .as("blocks of %s that are marked <!-- test: %s -->", file, kind)
                .isNotEmpty();
        return found;
    }
}
