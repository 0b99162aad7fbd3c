package io.octavo.cli;

import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One run against one server.
 *
 * @param ca   a file of the authorities that are believed about it; null = those that Java knows alone
 * @param json whether results and errors are JSON, one document a line, and nothing else is written
 */
record Session(Shell shell, ServerAddress server, @Nullable Path ca, boolean json, Api api) implements AutoCloseable {
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

    /** Tells a person something that is not the result; says nothing with {@code --json}. */
    void note(String line) {
        if (!json) {
            shell.err().println(Text.line(line));
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
