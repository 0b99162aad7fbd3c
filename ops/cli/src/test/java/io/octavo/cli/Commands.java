package io.octavo.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;

/** The commands of a command line, those below others included. */
final class Commands {
    private Commands() {}

    /** By what is typed, such as {@code scopes add}. */
    static Map<String, CommandLine> all(CommandLine whole) {
        Map<String, CommandLine> all = new LinkedHashMap<>();
        collect(all, "", whole);
        return all;
    }

    private static void collect(Map<String, CommandLine> all, String prefix, CommandLine line) {
        line.getSubcommands().forEach((name, below) -> {
            all.put(prefix + name, below);
            collect(all, prefix + name + " ", below);
        });
    }
}
