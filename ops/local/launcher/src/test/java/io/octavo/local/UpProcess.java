package io.octavo.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** {@link Up} as a process of its own, with what it prints. */
final class UpProcess implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Thread reader;

    private UpProcess(Process process) {
        this.process = process;
        this.reader = new Thread(() -> read(process));
        reader.start();
    }

    /** Starts it on a checkout; coverage counts as if it ran in this JVM. */
    static UpProcess start(Path checkout, Map<String, String> environment, List<String> jvm, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-javaagent:"))
                .forEach(command::add);
        command.addAll(jvm);
        command.add("-D" + Checkout.PROPERTY + "=" + checkout);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Up.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new UpProcess(builder.start());
    }

    private void read(Process process) {
        try (BufferedReader output = process.inputReader()) {
            output.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add(e.toString());
        }
    }

    List<String> lines() {
        return lines;
    }

    void awaitLine(String regex) {
        awaitLines(regex, 1);
    }

    void awaitLines(String regex, int count) {
        await().atMost(BOUND).until(() -> {
            assertThat(process.isAlive()).as("%s", lines).isTrue();
            return lines.stream().filter(line -> line.matches(regex)).count() >= count;
        });
    }

    /** Its exit status, within a minute, when all its output has been read. */
    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
        reader.join(BOUND.toMillis());
        return process.exitValue();
    }

    void signal(String name) throws IOException, InterruptedException {
        signal(name, process.pid());
    }

    static void signal(String name, long pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    }

    List<ProcessHandle> children() {
        return process.children().toList();
    }

    /** The child whose command line says so. */
    ProcessHandle child(String part) {
        return children().stream()
                .filter(child -> String.join(" ", child.info().arguments().orElse(new String[0]))
                        .contains(part))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        process.toHandle().destroy();
        process.onExit().orTimeout(BOUND.toSeconds(), TimeUnit.SECONDS).join();
    }
}
