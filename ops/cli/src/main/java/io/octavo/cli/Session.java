package io.octavo.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * One run against one server.
 *
 * @param json whether results and errors are JSON, one document a line, and nothing else is written
 */
record Session(Shell shell, Connection connection, boolean json, Api api) implements AutoCloseable {
    ServerAddress server() {
        return connection.server();
    }

    /** Writes the result: the document with {@code --json}, else the lines. */
    void result(JsonNode document, String... lines) {
        if (json) {
            shell.out().println(Json.write(document));
        } else {
            for (String line : lines) {
                shell.out().println(Text.line(line));
            }
        }
    }

    /** Writes the result of a change: in words what was done, then where to see it and what takes it back. */
    void done(JsonNode answer, String what, List<String> more) {
        List<String> lines = new ArrayList<>();
        lines.add(what);
        lines.addAll(more);
        Versions.addLinks(lines, answer);
        result(answer, lines.toArray(String[]::new));
    }

    /** Writes the result of a change: in words what was done, then where to see it and what takes it back. */
    void done(JsonNode answer, String what) {
        done(answer, what, List.of());
    }

    /** A command for a person to run, against the same server. */
    CommandWords selecting(CommandWords command) {
        return command.option("--server", connection.serverGiven()).option("--context", connection.contextGiven());
    }

    /** Tells a person something that is not the result; says nothing with {@code --json}. */
    void note(String... lines) {
        if (!json) {
            Arrays.stream(lines).map(Text::line).forEach(shell.err()::println);
        }
    }

    Instant now() {
        return shell.timing().clock().instant();
    }

    @Override
    public void close() {
        api.close();
    }
}
