package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The fenced blocks of a Markdown file that are to be tried: those after a line such as {@code <!-- test: shell -->}. */
record Readme(Path file, List<Block> all) {
    private static final Pattern MARKER = Pattern.compile("<!-- test: (\\w+) -->");
    private static final List<String> KINDS = List.of("shell", "rest", "java");
    private static final String FENCE = "```";

    /**
     * One block.
     *
     * @param place the file and the line where it begins
     */
    record Block(String kind, String place, List<String> lines) {
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
        for (int i = 0; i < lines.size(); i++) {
            Matcher marker = MARKER.matcher(lines.get(i));
            if (marker.matches()) {
                String place = file + ":" + (i + 1);
                assertThat(KINDS).as(place).contains(marker.group(1));
                assertThat(i + 1 < lines.size() && lines.get(i + 1).startsWith(FENCE))
                        .as("%s: a fence follows", place)
                        .isTrue();
                int end = i + 2 + lines.subList(i + 2, lines.size()).indexOf(FENCE);
                assertThat(end).as("%s: the fence ends", place).isGreaterThan(i + 1);
                blocks.add(new Block(marker.group(1), place, List.copyOf(lines.subList(i + 2, end))));
            }
        }
        return new Readme(file, List.copyOf(blocks));
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
