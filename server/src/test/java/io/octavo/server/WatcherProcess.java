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
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
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
    /** What is documented comes true within this, also on a busy machine where several processes start. */
    static final Duration BOUND = Duration.ofSeconds(60);

    /** Processes that are there already find what is back within this; with the settings that most clients here have. */
    static final Duration FOUND_AGAIN = Duration.ofSeconds(30);

    /** The same with the settings that clients have by themselves: they may be waiting for their next poll. */
    static final Duration UNHURRIED_BOUND = Duration.ofSeconds(75);

    private static final Duration WAIT = Duration.ofSeconds(1);
    /**
     * No reads of all values wait longer for locks or other threads. On a busy machine they have waited 250 ms; what they could wait
     * for, a call or who makes one, takes seconds when it isn't answered.
     */
    private static final Duration READ_WAITS = Duration.ofSeconds(1);

    /** No read of a value takes longer: collections, and other processes where there are many, have their part of it. */
    private static final Duration READ = Duration.ofSeconds(2);

    private static final int SAID = 6_000;

    private final Process process;
    private final File log;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Set<String> unhurried = new HashSet<>();

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
        if (order.containsKey("unhurried")) {
            unhurried.add(client);
        }
        tell("open", order);
    }

    void closeClient(String client) throws Exception {
        unhurried.remove(client);
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

    private JsonNode awaits(String client, String topic, Predicate<JsonNode> condition) {
        return awaits(client, topic, BOUND, condition);
    }

    private JsonNode awaits(String client, String topic, Duration bound, Predicate<JsonNode> condition) {
        AtomicReference<JsonNode> last = new AtomicReference<>();
        try {
            return await().atMost(bound)
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

    /** Blocks until so many of its polls have failed. */
    void awaitsFailedPolls(String client, int count) {
        await().atMost(BOUND)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> see().path(client).path("failedPolls").asInt() >= count);
    }

    /** Whoever waits for a value waits as long as it wants and no longer, and is told why there is none. */
    void seesNothing(String client, String topic, String... words) throws Exception {
        // Its last poll, or what it has found meanwhile, may be a moment away.
        await().atMost(BOUND)
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(() -> assertThat(waits(client, topic, Duration.ofMillis(1))
                                .path("error")
                                .asString(""))
                        .contains(words));
        JsonNode waited = waits(client, topic, WAIT);
        assertThat(waited.path("error").asString(""))
                .as("%s of %s: %s", topic, client, waited)
                .contains(words);
        assertThat(waited.path("tookMs").asLong())
                .isLessThan(WAIT.plusSeconds(15).toMillis());
        assertThat(see().path(client).path("up").asBoolean()).isFalse();
    }

    /** What somebody who waits for a value is given: its version, or the error, and the time that it took. */
    JsonNode waits(String client, String topic, Duration atMost) throws Exception {
        return tell("await", Map.of("name", client, "topic", topic, "ms", atMost.toMillis()));
    }

    /**
     * All clients are as they were then: each value is the one that it was and can be read, no listener has heard of
     * another one, what is known is as old as it was, and there was no moment without a value.
     *
     * @param then what {@link #see()} has answered
     */
    void holds(JsonNode then) {
        JsonNode now = see();
        then.propertyNames().forEach(client -> {
            JsonNode seen = now.path(client);
            assertThat(seen.path("up").asBoolean()).as("%s: %s", client, seen).isTrue();
            assertThat(seen.path("lost").asInt()).as("%s: %s", client, seen).isZero();
            topics(then.path(client)).forEach(topic -> {
                for (String what : List.of("version", "source", "value", "told", "asOf")) {
                    assertThat(seen.path(topic).path(what))
                            .as("%s of %s of %s: %s", what, topic, client, seen)
                            .isEqualTo(then.path(client).path(topic).path(what));
                }
                assertThat(seen.path(topic).path("value").asString()).startsWith(topic + " ");
            });
        });
    }

    /** Blocks until everything that its clients follow is as it is meant to be, by the service's word; but for the unhurried. */
    void awaitsNewest(BreakableService service) {
        awaitsNewest(service, BOUND);
    }

    /** The same within another bound. */
    void awaitsNewest(BreakableService service, Duration bound) {
        see().propertyNames().stream()
                .filter(client -> !unhurried.contains(client))
                .forEach(client -> awaitsNewest(client, service, bound));
    }

    /** The same for clients with the settings that clients have by themselves. */
    void awaitsNewestUnhurried(BreakableService service) {
        unhurried.forEach(client -> awaitsNewest(client, service, UNHURRIED_BOUND));
    }

    private void awaitsNewest(String client, BreakableService service, Duration bound) {
        for (String topic : topics(see().path(client))) {
            awaits(
                    client,
                    topic,
                    bound,
                    seen -> seen.path("version").asLong() == service.newest(topic)
                            && seen.path("source").asString().equals("SERVICE")
                            && seen.path("phase").asString().equals("RUNNING")
                            && seen.path("value").asString().startsWith(topic + " "));
        }
        isHealthy(client);
    }

    /** Whoever has a value, whatever it is, is healthy. */
    void isHealthy(String client) {
        JsonNode seen = see().path(client);
        assertThat(seen.path("up").asBoolean()).as("%s: %s", client, seen).isTrue();
    }

    private static List<String> topics(JsonNode client) {
        return client.propertyStream()
                .filter(each -> each.getValue().isObject())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Threads, handles, and the slowest read of a value. */
    JsonNode count() {
        try {
            return tell("count", Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Closes its clients: none has lost a value that it once had, no read of one has ever waited, and they leave neither threads nor handles
     * behind.
     */
    void closeWithoutTrace() throws Exception {
        JsonNode last = see();
        for (String client : last.propertyNames()) {
            assertThat(last.path(client).path("lost").asInt(-1))
                    .as("how often %s had no value any more", client)
                    .isZero();
            closeClient(client);
        }
        assertReadsDoNotWait();
        try {
            await().atMost(BOUND).pollInterval(Duration.ofMillis(250)).untilAsserted(() -> {
                JsonNode count = count();
                assertThat(of(count.path("named"), WatcherProcess::isOfClient))
                        .as("threads")
                        .isEmpty();
                assertThat(of(count.path("open"), WatcherProcess::isOpenedByClient))
                        .as("handles")
                        .isEmpty();
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(last.propertyNames() + " leave behind: " + e.getMessage() + "\n" + said(), e);
        }
    }

    /** How long reads took that stood still with the process isn't held against them. To be called once it goes on. */
    void forgetReads() throws Exception {
        tell("forget", Map.of());
    }

    /** No read of a value has ever waited for anything but the processor. */
    void assertReadsDoNotWait() {
        JsonNode count = count();
        Duration slowest = Duration.of(count.path("slowestMicros").asLong(), ChronoUnit.MICROS);
        Duration waited = Duration.ofMillis(count.path("waitedMillis").asLong(Long.MAX_VALUE));
        System.out.printf(
                "%s: the slowest read of a value took %s; reads of all of them waited %s at most%n",
                log.getName(), slowest, waited);
        assertThat(waited).as("how long reads of all values waited").isLessThan(READ_WAITS);
        assertThat(slowest).as("the slowest read of a value").isLessThan(READ);
    }

    /** Blocks until its clock is as far ahead of the machine's as this, or nearly. */
    void awaitsClock(Duration ahead) {
        await().atMost(BOUND)
                .pollInterval(Duration.ofMillis(100))
                .untilAsserted(
                        () -> assertThat(Duration.ofMillis(count().path("now").asLong() - System.currentTimeMillis()))
                                .isCloseTo(ahead, Duration.ofMinutes(1)));
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
