package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A {@link Watcher} as a process. For one thread. */
final class WatcherProcess implements AutoCloseable {
    /** What is documented comes true within this, also on a busy machine. */
    static final Duration BOUND = Duration.ofSeconds(60);

    private static final Duration WAIT = Duration.ofSeconds(4);
    private static final Duration WATCHED = Duration.ofSeconds(3);
    private static final int SAID = 6_000;

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
        String answer = answers.poll(BOUND.toSeconds(), TimeUnit.SECONDS);
        assertThat(answer)
                .as("an answer to %s within %s; it said\n%s", command, BOUND, said())
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

    /** All that it has logged. */
    String log() throws IOException {
        return Files.readString(log.toPath());
    }

    private String said() {
        try {
            String text = log();
            return text.substring(Math.max(0, text.length() - SAID));
        } catch (IOException e) {
            return e.toString();
        }
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

    /** Opens a client. */
    @SafeVarargs
    final void open(String client, Set<String> topics, Map<String, ?>... how) throws Exception {
        Map<String, Object> order = new LinkedHashMap<>();
        for (Map<String, ?> part : how) {
            order.putAll(part);
        }
        order.put("name", client);
        order.put("topics", topics);
        tell("open", order);
    }

    void closeClient(String client) throws Exception {
        tell("close", Map.of("name", client));
    }

    /** Blocks until what a client sees of a topic is this. */
    JsonNode awaits(String client, String topic, String source, long version) {
        return awaits(
                client,
                topic,
                seen -> seen.path("version").asLong(-1) == version
                        && seen.path("source").asString().equals(source));
    }

    JsonNode awaits(String client, String topic, Predicate<JsonNode> condition) {
        AtomicReference<JsonNode> last = new AtomicReference<>();
        try {
            return await().atMost(BOUND)
                    .pollInterval(Duration.ofMillis(100))
                    .until(
                            () -> {
                                JsonNode seen = see().path(client).path(topic);
                                last.set(seen);
                                return seen;
                            },
                            condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(topic + " of " + client + ": " + last + "\n" + said(), e);
        }
    }

    /** Blocks until it holds no value, and has failed; why. */
    String awaitsFailure(String client, String topic) {
        return awaitsFailure(client, topic, 0);
    }

    /** Blocks until it holds this version though it should hold another one; why. */
    String awaitsFailure(String client, String topic, long version) {
        return awaits(
                        client,
                        topic,
                        seen -> seen.path("phase").asString().equals("FAILED")
                                && seen.path("version").asLong() == version)
                .path("error")
                .asString();
    }

    /** Whoever waits for a value waits as long as it wants and no longer, and is told why there is none. */
    void seesNothing(String client, String topic, String... words) throws Exception {
        JsonNode waited = tell("await", Map.of("name", client, "topic", topic, "ms", WAIT.toMillis()));
        assertThat(waited.path("error").asString(""))
                .as("%s of %s: %s", topic, client, waited)
                .contains(words);
        assertThat(waited.path("tookMs").asLong())
                .isLessThan(WAIT.plusMillis(1_500).toMillis());
        assertThat(see().path(client).path("up").asBoolean()).isFalse();
    }

    /** For a while a client holds these versions, whose values can be read. */
    void stays(String client, Map<String, Long> versions) {
        await().during(WATCHED)
                .atMost(WATCHED.multipliedBy(3))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> {
                    JsonNode seen = see().path(client);
                    assertThat(seen.path("up").asBoolean()).isTrue();
                    versions.forEach((topic, version) -> {
                        assertThat(seen.path(topic).path("version").asLong())
                                .as("%s of %s: %s", topic, client, seen)
                                .isEqualTo(version);
                        assertThat(seen.path(topic).path("value").asString()).startsWith(topic + " ");
                    });
                });
    }

    /** Blocks until everything that its clients follow is the newest version, by the service's word. */
    void awaitsNewest(BreakableService service) {
        see().properties()
                .forEach(client -> client.getValue().properties().forEach(topic -> {
                    if (topic.getValue().isObject()) {
                        awaits(
                                client.getKey(),
                                topic.getKey(),
                                seen -> seen.path("version").asLong() == service.newest(topic.getKey())
                                        && seen.path("source").asString().equals("SERVICE")
                                        && seen.path("phase").asString().equals("RUNNING")
                                        && seen.path("value").asString().startsWith(topic.getKey() + " "));
                    }
                }));
    }

    /** Threads, handles, and how long the slowest read of a value took. */
    JsonNode count() {
        try {
            return tell("count", Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Closes clients; they leave neither threads nor handles behind, and no read of a value has ever waited. */
    void closeWithoutTrace(String... clients) throws Exception {
        for (String client : clients) {
            closeClient(client);
        }
        try {
            await().atMost(BOUND).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
                JsonNode count = count();
                assertThat(of(count.path("named"), WatcherProcess::isOfClient))
                        .as("threads")
                        .isEmpty();
                assertThat(of(count.path("open"), WatcherProcess::isOpenedByClient))
                        .as("handles")
                        .isEmpty();
                assertThat(count.path("slowestMs").asLong())
                        .as("ms, the slowest read of a value")
                        .isLessThan(1_000);
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(List.of(clients) + " leave behind: " + e.getMessage() + "\n" + said(), e);
        }
    }

    private static boolean isOfClient(String thread) {
        return Stream.of("octavo", "grpc", "HttpClient").anyMatch(thread::startsWith);
    }

    /** Not what the Java runtime opens once, nor what the process is talked to by. */
    private static boolean isOpenedByClient(String handle) {
        return Stream.of("pipe:", "unix-socket:", "/sys/", "/proc/", "/dev/shm/faketime")
                        .noneMatch(handle::startsWith)
                && Stream.of(".jar", ".so", ".so.1", "/modules", "random", ".log")
                        .noneMatch(handle::endsWith);
    }

    private static List<String> of(JsonNode names, Predicate<String> which) {
        return names.valueStream().map(JsonNode::asString).filter(which).toList();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
