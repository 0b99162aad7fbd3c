package io.octavo.local;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a child is to be started.
 *
 * @param name what people see: {@code cassandra}, {@code s3}, {@code server}
 * @param command the whole command; its main class is a {@link Leash}
 * @param environment the whole environment
 * @param directory the working directory
 * @param log where its output goes
 * @param ready whether it serves
 * @param stopBound how long it may take to stop after SIGTERM; killed after that
 */
record Launch(
        String name,
        List<String> command,
        Map<String, String> environment,
        Path directory,
        Path log,
        Probe ready,
        Duration stopBound) {

    Launch {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** Whether a child serves; asked again and again until it does. */
    @FunctionalInterface
    interface Probe {
        /** Answers within seconds; an IOException means not yet. */
        boolean ready() throws IOException;
    }
}
