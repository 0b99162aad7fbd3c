package io.octavo.cli;

import io.octavo.client.Snapshot;
import io.octavo.client.SubscriptionListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What is done with every version that a watched topic comes to. Used by one thread, but for {@link #end}. */
final class Delivery implements SubscriptionListener<Delivery.Arrival> {
    private static final int TICKS_UNTIL_RETRY = 5;

    private final Session session;
    private final String topic;
    private final @Nullable Path output;
    private final @Nullable String command;
    private @Nullable Snapshot<Arrival> failed;
    private int ticks;
    private volatile boolean ended;

    /**
     * A version's payload, verified.
     *
     * @param size in bytes
     * @param file where it is until the next one has been delivered; null if it isn't needed
     */
    record Arrival(long size, @Nullable Path file) {}

    /**
     * @param output  where to keep the payload; null = nowhere
     * @param command what to run; null = nothing
     */
    Delivery(Session session, String topic, @Nullable Path output, @Nullable String command) {
        this.session = session;
        this.topic = topic;
        this.output = output;
        this.command = command;
    }

    @Override
    public void updated(Snapshot<Arrival> snapshot) {
        if (ended) {
            return;
        }
        failed = null;
        try {
            Path file = snapshot.value().file();
            if (output != null && file != null) {
                write(file, output);
                file = output;
            }
            print(snapshot);
            if (command != null && file != null) {
                run(command, snapshot.version(), file);
            }
        } catch (IOException e) {
            failed = snapshot;
            ticks = 0;
            tell("version " + snapshot.version() + " couldn't be written: " + e.getMessage() + "; trying again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Called about once a second while nothing arrives: tries again what couldn't be written. */
    void retryIfFailed() {
        Snapshot<Arrival> again = failed;
        if (again != null && ++ticks >= TICKS_UNTIL_RETRY) {
            updated(again);
        }
    }

    /** From now on, nothing is done any more. Any thread may call it. */
    void end() {
        ended = true;
    }

    private static void write(Path from, Path to) throws IOException {
        try (AtomicFile file = AtomicFile.open(to)) {
            Files.copy(from, file.stream());
            file.commit();
        }
    }

    private void print(Snapshot<Arrival> snapshot) {
        String source = snapshot.source().name().toLowerCase(Locale.ROOT);
        Instant at = snapshot.since();
        ObjectNode document = Json.object()
                .put("topic", topic)
                .put("version", snapshot.version())
                .put("revision", snapshot.revision())
                .put("at", at.toString());
        if (snapshot.publishedAt() != null) {
            document.put("publishedAt", snapshot.publishedAt().toString());
        }
        document.put("size", snapshot.value().size()).put("source", source);
        ObjectNode metadata = document.putObject("metadata");
        snapshot.metadata().forEach(metadata::put);
        if (output != null) {
            document.put("file", output.toAbsolutePath().toString());
        }
        session.result(
                document,
                at.truncatedTo(ChronoUnit.SECONDS) + "  version " + snapshot.version() + "  "
                        + Text.size(snapshot.value().size()) + "  " + source);
    }

    private void run(String shellCommand, long version, Path file) throws IOException, InterruptedException {
        String script = session.json() ? "exec 1>&2\n" + shellCommand : shellCommand;
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", script)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("OCTAVO_TOPIC", topic);
        builder.environment().put("OCTAVO_VERSION", Long.toString(version));
        builder.environment().put("OCTAVO_FILE", file.toAbsolutePath().toString());
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            tell("version " + version + ": the command couldn't be started: " + e.getMessage());
            return;
        }
        try {
            int status = process.waitFor();
            if (status != 0) {
                tell("version " + version + ": the command ended with status " + status + "; watching goes on");
            }
        } finally {
            process.destroy();
        }
    }

    private void tell(String trouble) {
        Failure.here(topic + ": " + trouble).print(session.shell().err(), session.json());
    }
}
