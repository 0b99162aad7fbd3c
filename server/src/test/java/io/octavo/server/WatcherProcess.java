package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A {@link Watcher} as a process. For one thread. */
final class WatcherProcess implements AutoCloseable {
    /** No answer takes longer, whatever is broken. */
    private static final long BOUND_SECONDS = 30;

    private final Process process;
    private final File log;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    private WatcherProcess(Process process, File log) {
        this.process = process;
        this.log = log;
        Thread reader = new Thread(this::read, "watcher-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts one.
     *
     * @param before    what comes before the command, such as another program that starts it
     * @param variables beside those of this process
     */
    static WatcherProcess start(Path folder, String name, List<String> before, Map<String, String> variables)
            throws IOException {
        Path temporary = Files.createDirectories(folder.resolve("tmp-" + name));
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + variables.getOrDefault("WATCHER_TMP", temporary.toString()),
                "-cp",
                System.getProperty("java.class.path"),
                Watcher.class.getName()));
        File log = folder.resolve(name + ".log").toFile();
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log);
        builder.environment().putAll(variables);
        return new WatcherProcess(builder.start(), log);
    }

    /** Tells it to do something; what it answers. */
    JsonNode tell(String what, Map<String, ?> more) throws IOException, InterruptedException {
        Map<String, Object> command = new LinkedHashMap<>(more);
        command.put("do", what);
        process.getOutputStream()
                .write((JsonMapper.shared().writeValueAsString(command) + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        String answer = answers.poll(BOUND_SECONDS, TimeUnit.SECONDS);
        assertThat(answer)
                .as("an answer to %s within %d s; it said\n%s", command, BOUND_SECONDS, said())
                .isNotNull();
        JsonNode told = JsonMapper.shared().readTree(answer);
        assertThat(told.has("thrown")).as("%s: %s", command, told).isFalse();
        return told;
    }

    /** What all its clients see. */
    JsonNode see() {
        try {
            return tell("see", Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What it has logged. */
    String said() throws IOException {
        return Files.readString(log.toPath());
    }

    long pid() {
        return process.pid();
    }

    private void read() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                answers.add(line);
            }
        } catch (IOException e) {
            answers.add("{\"thrown\":\"" + e + "\"}");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
