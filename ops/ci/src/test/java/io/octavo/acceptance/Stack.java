package io.octavo.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.octavo.acceptance.Command.Ran;
import io.octavo.local.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** {@code ./octavo up} as a process, on free ports and data of its own below {@code target}. */
final class Stack implements AutoCloseable {
    private static final Duration START_BOUND = Duration.ofMinutes(3);
    private static final Duration STOP_BOUND = Duration.ofMinutes(1);
    private static final int LOG_LINES = 40;

    private final Path checkout;
    private final Path folder;
    private final ProcessBuilder up;
    private final Thread lastResort;
    private final String url;
    private volatile Process process;

    private Stack(Path checkout, Path folder, ProcessBuilder up, String url) throws IOException {
        this.checkout = checkout;
        this.folder = folder;
        this.up = up;
        this.process = up.start();
        this.url = url;
        this.lastResort = new Thread(() -> process.toHandle().destroy(), "stop-stack");
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    /** Blocks until all of it serves. */
    static Stack start() throws IOException {
        return start(Map.of());
    }

    /**
     * Blocks until all of it serves.
     *
     * @param settings variables that the server finds in its environment
     */
    static Stack start(Map<String, String> settings) throws IOException {
        Path checkout = checkout();
        Path folder = Files.createTempDirectory(
                Files.createDirectories(Path.of("target/acceptance").toAbsolutePath()), "stack");
        int httpPort = Ports.free();
        int grpcPort = Ports.free();
        ProcessBuilder up = new ProcessBuilder(
                        checkout.resolve("octavo").toString(),
                        "up",
                        "--data=" + folder.resolve("data"),
                        "--http-port=" + httpPort,
                        "--grpc-port=" + grpcPort)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("up.log").toFile());
        up.environment().putAll(environment());
        up.environment().putAll(settings);
        up.environment().remove("OCTAVO_SERVER_JAVA_OPTS");
        Stack stack = new Stack(checkout, folder, up, "http://127.0.0.1:" + httpPort);
        try {
            stack.awaitUp();
            return stack;
        } catch (Throwable e) {
            try {
                stack.close();
            } catch (IOException | AssertionError whileStopping) {
                e.addSuppressed(whileStopping);
            }
            throw e;
        }
    }

    /** Starts it anew after {@link #stop}, with the data and the ports that it had. Blocks until all of it serves. */
    void startAgain() throws IOException {
        process = up.start();
        awaitUp();
    }

    /** What is built is taken as it is, and run by the Java that runs the tests. */
    private static Map<String, String> environment() {
        return Map.of("OCTAVO_NO_BUILD", "1", "JAVA_HOME", System.getProperty("java.home"));
    }

    private static Path checkout() {
        String given = System.getProperty("octavo.checkout");
        if (given != null) {
            return Path.of(given).toAbsolutePath();
        }
        Path start = Path.of("").toAbsolutePath();
        for (@Nullable Path at = start; at != null; at = at.getParent()) {
            if (Files.isRegularFile(at.resolve("octavo")) && Files.isRegularFile(at.resolve("pom.xml"))) {
                return at;
            }
        }
        throw new AssertionError(
                start + ": no checkout of Octavo around it (expected: a folder with octavo and pom.xml)");
    }

    private void awaitUp() {
        Path console = folder.resolve("up.log");
        try {
            await().atMost(START_BOUND).until(() -> {
                assertThat(process.isAlive())
                        .as("./octavo up ended\n%s", logs())
                        .isTrue();
                return Files.readString(console).contains("octavo      up in");
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("./octavo up: not up in " + START_BOUND + "\n" + logs(), e);
        }
    }

    /** The address of REST, as {@code --server} takes it. */
    String url() {
        return url;
    }

    /** The root of the checkout. */
    Path root() {
        return checkout;
    }

    /** A new folder for a test's files, below {@code target} and removed with the stack. */
    Path newFolder() throws IOException {
        return Files.createTempDirectory(folder, "test");
    }

    /** Runs the command line against this stack. */
    Ran cli(String... words) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(checkout.resolve("octavo").toString()));
        command.addAll(List.of(words));
        return run(folder, Duration.ofMinutes(10), command);
    }

    /** Runs a program that finds this stack, and more, in its environment. */
    Ran run(Path where, Map<String, String> more, List<String> words) throws IOException, InterruptedException {
        return run(where, Duration.ofMinutes(1), more, words);
    }

    /** Runs a program that finds this stack in its environment. */
    Ran run(Path where, Duration bound, List<String> words) throws IOException, InterruptedException {
        return run(where, bound, Map.of(), words);
    }

    /** Runs a program that finds this stack, and more, in its environment. */
    Ran run(Path where, Duration bound, Map<String, String> more, List<String> words)
            throws IOException, InterruptedException {
        Map<String, String> variables = new HashMap<>(environment());
        variables.put("OCTAVO_SERVER", url);
        variables.putAll(more);
        return new Command(where, variables, bound, words).run();
    }

    /** Variables by which the AWS SDK finds this stack's S3 store. */
    Map<String, String> s3() throws IOException {
        Properties keys = load(data().resolve("s3/keys"));
        Properties ports = load(data().resolve("ports"));
        return Map.of(
                "AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + ports.getProperty("s3"),
                "AWS_ACCESS_KEY_ID", keys.getProperty("accessKey"),
                "AWS_SECRET_ACCESS_KEY", keys.getProperty("secretKey"));
    }

    private static Properties load(Path file) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        }
        return properties;
    }

    /** The server's process now. */
    ProcessHandle server() {
        return process.children()
                .filter(child -> List.of(child.info().arguments().orElse(new String[0])).stream()
                        .anyMatch(argument -> argument.equals("io.octavo.server.OctavoServer")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no server's process\n" + logs()));
    }

    /** SIGKILL; blocks until it is gone. */
    void killServer() {
        ProcessHandle server = server();
        server.destroyForcibly();
        server.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** Blocks until the server says that it is ready, also if it has to be started again first. */
    synchronized void awaitReady() {
        Rest rest = new Rest(this);
        try {
            await().atMost(START_BOUND).until(() -> {
                assertThat(process.isAlive())
                        .as("./octavo up ended\n%s", logs())
                        .isTrue();
                return rest.isReady();
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("the server isn't ready after " + START_BOUND + "\n" + logs(), e);
        }
    }

    /** The last lines of everything that is logged: what a failure's message should end with. */
    String logs() {
        StringBuilder text = new StringBuilder();
        append(text, folder.resolve("up.log"));
        try (Stream<Path> logs = Files.list(data().resolve("logs"))) {
            logs.sorted().forEach(log -> append(text, log));
        } catch (IOException e) {
            text.append("no logs: ").append(e);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, Path log) {
        text.append("--- the end of ").append(log).append('\n');
        try {
            List<String> lines = Files.readAllLines(log);
            lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size())
                    .forEach(line -> text.append(line).append('\n'));
        } catch (IOException e) {
            text.append(e).append('\n');
        }
    }

    /** The folder of all data; whoever changes something there has to {@link #stop} it first. */
    Path data() {
        return folder.resolve("data");
    }

    /** Stops it as a user does, and keeps its data; fails if it had to be killed. */
    void stop() {
        List<ProcessHandle> children = process.children().toList();
        process.toHandle().destroy();
        process.onExit()
                .completeOnTimeout(process, STOP_BOUND.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        List<ProcessHandle> left = Stream.concat(Stream.of(process.toHandle()), children.stream())
                .filter(ProcessHandle::isAlive)
                .toList();
        left.forEach(ProcessHandle::destroyForcibly);
        assertThat(left).as("stopped in %s\n%s", STOP_BOUND, logs()).isEmpty();
        assertThat(process.exitValue()).as("status after SIGTERM\n%s", logs()).isEqualTo(143);
    }

    /** Stops it as {@link #stop} does, and removes its data. */
    @Override
    public void close() throws IOException {
        try {
            stop();
        } finally {
            Runtime.getRuntime().removeShutdownHook(lastResort);
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
