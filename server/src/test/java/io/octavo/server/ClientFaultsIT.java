package io.octavo.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What processes with the Java client see of all that can break, at their start and while they run: as the table in
 * docs/java-client.md says. Every program is a process: Cassandra, the S3 store, the server and those with clients.
 */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
@Timeout(180)
class ClientFaultsIT {
    /** Clients give up the service after 2 s here, and poll each second: 5 and 30 s if nothing else is said. */
    private static final Duration BOUND = Duration.ofSeconds(30);

    private static final Duration WATCHED = Duration.ofSeconds(3);
    private static final int BLOCKED_SECONDS = 60;
    private static final int NOBODY = 1;
    private static final Pattern ROW = Pattern.compile("\\| ([^|]+) \\| [^|]+ \\| [^|]+ \\|");
    private static final Set<String> BOTH = Set.of("small", "large");
    /** Opened once by the Java runtime, at the first use. */
    private static final Predicate<String> OF_RUNTIME = handle -> handle.endsWith(".jar")
            || handle.endsWith(".so")
            || handle.endsWith("/modules")
            || handle.endsWith("random")
            || handle.startsWith("/sys/")
            || handle.startsWith("/proc/");

    private final Map<String, Set<String>> rows = new TreeMap<>();
    private final Map<String, Long> newest = new HashMap<>();
    private BreakableService service;
    private WatcherProcess running;
    private WatcherProcess blocked;
    private long blockedSince;
    private int published;
    private int threads;
    private int handles;

    @TempDir
    private Path folder;

    @BeforeAll
    void start() throws Exception {
        service = BreakableService.start(folder);
        for (String topic : List.of("small", "large", "small.2", "small.3", "small.4", "small.5", "small.6")) {
            next(topic);
        }
        service.awaitExport();
        blocked = process("blocked");
        for (int at = 1; at <= 2; at++) {
            open(
                    blocked,
                    "blocked-" + at,
                    Set.of("small", "small.2", "small.3", "small.4", "small.5", "small.6"),
                    service.service(BreakableService.ADMIN),
                    Map.of("blocks", BLOCKED_SECONDS, "blocksAt", at));
        }
        blockedSince = System.nanoTime();
        running = process("running");
        open(running, "everything", BOTH, everything());
        open(running, "bare", BOTH, service.service(BreakableService.ADMIN));
        awaitNewest(running);
        JsonNode count = running.tell("count", Map.of());
        threads = count.path("threads").asInt();
        handles = count.path("handles").asInt();
    }

    @AfterAll
    void stop() {
        for (AutoCloseable one : Stream.of(running, blocked, service).toList()) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    @Order(1)
    void theServiceIsDown() throws Exception {
        outage("service down", service::killServer, this::serve, process -> {
            sees(process, "everything", "FALLBACK", "FALLBACK");
            sees(process, "fallback", "FALLBACK", "FALLBACK");
            sees(process, "kept", "DISK", "DISK");
            seesNothing(process, "bare", "small", "service:", "fallback cache:", "cache directory:");
            sees(process, "default", "DEFAULT", "DEFAULT");
        });
    }

    @Test
    @Order(2)
    void cassandraIsDown() throws Exception {
        outage("Cassandra down", () -> service.cassandra().kill(), service::restartCassandra, process -> {
            for (String client : List.of("everything", "fallback", "kept", "bare", "default")) {
                sees(process, client, "SERVICE", "SERVICE");
            }
        });
    }

    @Test
    @Order(3)
    void theS3StoreIsDown() throws Exception {
        outage("S3 down", () -> service.s3().kill(), service::restartS3, process -> {
            sees(process, "everything", "SERVICE", "SERVICE");
            sees(process, "kept", "SERVICE", "SERVICE");
            sees(process, "fallback", "SERVICE", "");
            sees(process, "bare", "SERVICE", "");
            seesNothing(process, "bare", "large", "version");
            sees(process, "default", "SERVICE", "DEFAULT");
            next("small");
            awaits(running, "bare", "small", "SERVICE", at("small"));
            awaits(process, "bare", "small", "SERVICE", at("small"));
        });
    }

    @Test
    @Order(4)
    void everythingIsDown() throws Exception {
        Break all = () -> {
            service.killServer();
            service.cassandra().kill();
            service.s3().kill();
        };
        Break none = () -> {
            service.restartS3();
            service.restartCassandra();
            serve();
        };
        outage("all three down", all, none, process -> {
            sees(process, "everything", "DISK", "DISK");
            sees(process, "kept", "DISK", "DISK");
            seesNothing(process, "fallback", "small", "service:", "fallback cache:", "cache directory:");
            seesNothing(process, "bare", "large", "service:");
            sees(process, "default", "DEFAULT", "DEFAULT");
        });
    }

    @Test
    @Order(5)
    void theServerStandsStill() throws Exception {
        outage("server stands still", () -> service.server().freeze(), () -> service.server().thaw(), process -> {
            sees(process, "everything", "FALLBACK", "FALLBACK");
            sees(process, "fallback", "FALLBACK", "FALLBACK");
            sees(process, "kept", "DISK", "DISK");
            seesNothing(process, "bare", "small", "service:");
            sees(process, "default", "DEFAULT", "DEFAULT");
        });
    }

    @Test
    @Order(6)
    void credentialsAreWrong() throws Exception {
        Map<String, Object> wrong = service.service("octavo_nobody-has-this-token");
        Map<String, Object> wrongKeys = new HashMap<>(service.fallback());
        wrongKeys.put("secretKey", "not-the-secret-of-this-store");
        String token = service.newToken("shop");
        try (WatcherProcess process = process("credentials")) {
            open(process, "fallback", BOTH, wrong, service.fallback());
            open(process, "kept", BOTH, wrong, wrongKeys, kept());
            open(process, "nothing", BOTH, wrong, wrongKeys);
            open(process, "revoked", BOTH, service.service(token));
            sees(process, "fallback", "FALLBACK", "FALLBACK");
            sees(process, "kept", "DISK", "DISK");
            seesNothing(process, "nothing", "small", "service: ", "token", "fallback cache: ");
            row("wrong credentials", "start");

            awaits(process, "revoked", "large", "SERVICE", at("large"));
            assertThat(service.send("DELETE", "/tokens/shop?reason=leaked", "").statusCode())
                    .isEqualTo(200);
            Map<String, Long> before = Map.copyOf(newest);
            Thread.sleep(6_000);
            nextOfBoth();
            stays(process, "revoked", before);
            for (String client : List.of("fallback", "kept", "nothing", "revoked")) {
                process.tell("token", Map.of("name", client, "token", service.newToken(client)));
            }
            awaitNewest(process);
            assertThat(process.said())
                    .as("secrets in logs")
                    .doesNotContain("not-the-secret", "nobody-has-this-token", token);
            row("wrong credentials", "running");
            assertClosesWithoutTrace(process, "fallback", "kept", "nothing", "revoked");
        }
    }

    @Test
    @Order(7)
    void aPayloadIsCorrupt() throws Exception {
        String topic = "large.corrupt";
        next(topic);
        Map<String, Object> cache = Map.of("cache", folder.resolve("cache-corrupt").toString());
        try (WatcherProcess process = process("corrupt")) {
            open(process, "running", Set.of(topic), service.service(BreakableService.ADMIN), cache);
            awaits(process, "running", topic, "SERVICE", 1);
            NodeProcess.signal(process.pid(), "-STOP");
            next(topic);
            service.corruptObjects(topic + " " + published);
            NodeProcess.signal(process.pid(), "-CONT");
            JsonNode seen = until(process, "running", topic, one -> one.path("phase").asString().equals("FAILED"));
            assertThat(seen.path("version").asLong()).isEqualTo(1);
            assertThat(seen.path("offered").asLong()).isEqualTo(2);
            assertThat(seen.path("error").asString()).contains("SHA-256");
            row("corrupt payload", "running");

            Map<String, Object> bare = service.service(BreakableService.ADMIN);
            open(process, "kept", Set.of(topic), bare, cache);
            open(process, "older", Set.of(topic), bare, Map.of("older", 1));
            open(process, "bare", Set.of(topic), bare);
            awaits(process, "kept", topic, "DISK", 1);
            awaits(process, "older", topic, "SERVICE", 1);
            seesNothing(process, "bare", topic, "SHA-256");
            row("corrupt payload", "start");
            next(topic);
            awaitNewest(process);
            assertClosesWithoutTrace(process, "running", "kept", "older", "bare");
        }
    }

    @Test
    @Order(8)
    void theDiskCacheIsCorrupt() throws Exception {
        Path cache = folder.resolve("cache-disk");
        Map<String, Object> directory = Map.of("cache", cache.toString());
        Map<String, Object> normal = service.service(BreakableService.ADMIN);
        String topic = "large.disk";
        next(topic);
        long first = at(topic);
        try (WatcherProcess process = process("disk")) {
            open(process, "before", Set.of(topic), normal, directory);
            awaitNewest(process);
            await().atMost(BOUND).until(() -> !BreakableService.files(cache.resolve("payloads")).isEmpty());
            process.tell("close", Map.of("name", "before"));
            corrupt(cache.resolve("payloads"));
            open(process, "nobody", Set.of(topic), nobody(), directory);
            seesNothing(process, "nobody", topic, "cache directory");
            process.tell("close", Map.of("name", "nobody"));
            open(process, "running", Set.of(topic), normal, directory);
            awaits(process, "running", topic, "SERVICE", first);
            row("corrupt disk cache", "start");

            next(topic);
            awaitNewest(process);
            corrupt(cache.resolve("payloads"));
            assertThat(service.send(
                                    "PUT",
                                    "/topics/" + topic + "/pins?scope=*",
                                    "{\"version\":" + first + ",\"reason\":\"back\"}")
                            .statusCode())
                    .isEqualTo(200);
            awaits(process, "running", topic, "SERVICE", first);
            assertThat(process.see().path("running").path("CACHE").asInt())
                    .as("what was wrong is counted")
                    .isPositive();
            row("corrupt disk cache", "running");
            assertClosesWithoutTrace(process, "running");
        }
    }

    @Test
    @Order(9)
    void theDiskIsFull() throws Exception {
        Path disk = Files.createDirectories(folder.resolve("small-disk"));
        Map<String, Object> normal = service.service(BreakableService.ADMIN);
        // One has its temporary files elsewhere, the other one on the disk that is full.
        try (WatcherProcess elsewhere = onSmallDisk("elsewhere", disk, Map.of());
                WatcherProcess nowhere = onSmallDisk(
                        "nowhere", disk, Map.of("WATCHER_TMP", disk.resolve("tmp").toString()))) {
            Map<String, Object> cache = Map.of("cache", disk.resolve("cache").toString());
            Map<String, String> full = Map.of("directory", disk.toString());
            for (WatcherProcess process : List.of(elsewhere, nowhere)) {
                process.tell("fill", full);
                open(process, "one", BOTH, normal, cache);
            }
            sees(elsewhere, "one", "SERVICE", "SERVICE");
            sees(nowhere, "one", "SERVICE", "");
            seesNothing(nowhere, "one", "large", "No space left");
            row("disk full", "start");
            nowhere.tell("free", full);
            elsewhere.tell("free", full);
            awaitNewest(nowhere);

            Map<String, Long> before = Map.copyOf(newest);
            for (WatcherProcess process : List.of(elsewhere, nowhere)) {
                process.tell("fill", full);
            }
            nextOfBoth();
            awaitNewest(elsewhere);
            awaits(nowhere, "one", "small", "SERVICE", at("small"));
            JsonNode seen = until(nowhere, "one", "large", one -> one.path("phase").asString().equals("FAILED"));
            assertThat(seen.path("version").asLong()).isEqualTo(before.get("large"));
            assertThat(seen.path("error").asString()).contains("No space left");
            nowhere.tell("free", full);
            awaitNewest(nowhere);
            row("disk full", "running");
            assertClosesWithoutTrace(nowhere, "one");
            assertClosesWithoutTrace(elsewhere, "one");
        }
    }

    @Test
    @Order(10)
    void theClockIsAnHourOff() throws Exception {
        Path offset = Files.writeString(folder.resolve("clock"), "+1h");
        service.awaitExport();
        Map<String, String> fake = Map.of(
                "LD_PRELOAD",
                fakeTime(),
                "FAKETIME_TIMESTAMP_FILE",
                offset.toString(),
                "FAKETIME_NO_CACHE",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1");
        try (WatcherProcess process = WatcherProcess.start(folder, "clock-process", List.of(), fake)) {
            open(process, "service", BOTH, service.service(BreakableService.ADMIN), kept());
            open(process, "fallback", BOTH, nobody(), service.fallback());
            sees(process, "service", "SERVICE", "SERVICE");
            sees(process, "fallback", "FALLBACK", "FALLBACK");
            assertThat(process.see().path("fallback").path("small").path("ageMs").asLong())
                    .as("the process is an hour ahead")
                    .isGreaterThan(Duration.ofMinutes(59).toMillis());
            row("clock an hour off", "start");
            for (String other : List.of("-1h", "+0", "+1h")) {
                Files.writeString(folder.resolve("clock.next"), other);
                Files.move(
                        folder.resolve("clock.next"),
                        offset,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
                nextOfBoth();
                awaits(process, "service", "small", "SERVICE", at("small"));
                awaits(process, "service", "large", "SERVICE", at("large"));
                if (other.equals("-1h")) {
                    open(process, "fallback-2", BOTH, nobody(), service.fallback());
                    sees(process, "fallback-2", "FALLBACK", "FALLBACK");
                }
            }
            row("clock an hour off", "running");
            assertClosesWithoutTrace(process, "service", "fallback", "fallback-2");
        }
    }

    @Test
    @Order(11)
    void aListenerThrows() throws Exception {
        try (WatcherProcess process = process("throws")) {
            open(process, "throws", BOTH, service.service(BreakableService.ADMIN), Map.of("throws", true));
            sees(process, "throws", "SERVICE", "SERVICE");
            assertThat(process.see().path("throws").path("up").asBoolean()).isTrue();
            row("listener throws", "start");
            nextOfBoth();
            awaitNewest(process);
            assertThat(process.see().path("throws").path("LISTENER").asInt()).isGreaterThanOrEqualTo(4);
            row("listener throws", "running");
            assertClosesWithoutTrace(process, "throws");
        }
    }

    /** More of them than the client has threads. */
    @Test
    @Order(0)
    void aListenerBlocks() throws Exception {
        for (String topic : List.of("small", "small.2", "small.3", "small.4", "small.5", "small.6")) {
            awaits(blocked, "blocked-1", topic, "SERVICE", 1);
            awaits(blocked, "blocked-2", topic, "SERVICE", 1);
        }
        JsonNode waited = blocked.tell("await", Map.of("name", "blocked-1", "topic", "small", "ms", 500));
        assertThat(waited.path("version").asLong()).as("a value that the listeners haven't seen").isEqualTo(1);
        row("listener blocks for 60 s", "start");
        for (String topic : List.of("small", "small.2", "small.3", "small.4", "small.5", "small.6")) {
            next(topic);
            // Its listener blocks from now on; but the value is there.
            awaits(blocked, "blocked-2", topic, "SERVICE", 2);
        }
        for (String client : List.of("blocked-1", "blocked-2")) {
            blocked.tell("subscribe", Map.of("name", client, "topic", "large"));
        }
        next("large");
        for (String client : List.of("blocked-1", "blocked-2")) {
            awaits(blocked, client, "large", "SERVICE", at("large"));
        }
        assertThat(blocked.see().path("blocked-1").path("small").path("version").asLong())
                .as("stays while its listener is busy with it")
                .isEqualTo(1);
        assertThat(System.nanoTime() - blockedSince)
                .as("while they block")
                .isLessThan(Duration.ofSeconds(BLOCKED_SECONDS).toNanos());
    }

    @Test
    @Order(12)
    void aListenerThatHasBlockedGoesOn() throws Exception {
        await().atMost(Duration.ofSeconds(BLOCKED_SECONDS).plus(BOUND)).untilAsserted(() -> awaitNewest(blocked));
        row("listener blocks for 60 s", "running");
        assertClosesWithoutTrace(blocked, "blocked-1", "blocked-2");
    }

    @Test
    @Order(13)
    void everyRowOfTheTableWasTriedAndNoOther() throws IOException {
        Path guide = Path.of("../docs/java-client.md");
        List<String> lines = Files.readAllLines(guide);
        int begin = lines.indexOf("| what breaks | at the start | while it runs |");
        assertThat(begin).as("%s has the table of what breaks", guide).isPositive();
        List<String> documented = new ArrayList<>();
        for (String line : lines.subList(begin + 2, lines.size())) {
            var row = ROW.matcher(line);
            if (!row.matches()) {
                break;
            }
            documented.add(row.group(1));
        }
        assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(documented).hasSize(12);
        assertThat(rows.values()).allSatisfy(columns -> assertThat(columns).containsExactlyInAnyOrder("start", "running"));
    }

    private interface Break {
        void now() throws Exception;
    }

    private interface Look {
        void at(WatcherProcess process) throws Exception;
    }

    /** Something is down: processes start, others go on; then it is back, and all have what is published after it. */
    private void outage(String name, Break down, Break up, Look look) throws Exception {
        Map<String, Long> before = Map.copyOf(newest);
        service.awaitExport();
        long began = System.nanoTime();
        down.now();
        try (WatcherProcess process = process(name.replace(' ', '-'))) {
            Map<String, Object> bare = service.service(BreakableService.ADMIN);
            open(process, "everything", BOTH, everything());
            open(process, "fallback", BOTH, bare, service.fallback());
            open(process, "kept", BOTH, bare, kept());
            open(process, "bare", BOTH, bare);
            open(process, "default", BOTH, bare, Map.of("default", true));
            for (String client : List.of("everything", "bare")) {
                stays(running, client, before);
            }
            look.at(process);
            row(name, "start");
            double seen = (System.nanoTime() - began) / 1e9;
            up.now();
            long back = System.nanoTime();
            nextOfBoth();
            awaitNewest(process);
            awaitNewest(running);
            System.out.printf(
                    "%s: all as documented after %.1f s; all at the next version %.1f s after it was over%n",
                    name, seen, (System.nanoTime() - back) / 1e9);
            assertClosesWithoutTrace(process, "everything", "fallback", "kept", "bare", "default");
        }
        assertNothingGrows();
        row(name, "running");
    }

    private void row(String name, String column) {
        rows.computeIfAbsent(name, key -> new HashSet<>()).add(column);
    }

    private void serve() throws IOException {
        service.startServer();
        service.awaitServer();
    }

    private WatcherProcess process(String name) throws IOException {
        return WatcherProcess.start(folder, name, List.of(), Map.of());
    }

    /** With a file system of 16 MiB, that this process alone sees. */
    private WatcherProcess onSmallDisk(String name, Path disk, Map<String, String> variables) throws IOException {
        String script = "mount -t tmpfs -o size=16m octavo \"$0\" && mkdir \"$0/tmp\" && exec \"$@\"";
        return WatcherProcess.start(
                folder,
                name,
                List.of("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, disk.toString()),
                variables);
    }

    private static String fakeTime() throws IOException {
        try (DirectoryStream<Path> kinds = Files.newDirectoryStream(Path.of("/usr/lib"), "*-linux-gnu")) {
            for (Path kind : kinds) {
                Path library = kind.resolve("faketime/libfaketimeMT.so.1");
                if (Files.exists(library)) {
                    return library.toString();
                }
            }
        }
        throw new AssertionError("libfaketime: not found (expected: Debian's package libfaketime)");
    }

    private Map<String, Object> everything() {
        Map<String, Object> all = new HashMap<>(service.service(BreakableService.ADMIN));
        all.putAll(service.fallback());
        all.putAll(kept());
        return all;
    }

    private Map<String, Object> kept() {
        return Map.of("cache", folder.resolve("cache").toString());
    }

    /** A service that isn't there. */
    private static Map<String, Object> nobody() {
        return Map.of("endpoint", "127.0.0.1:" + NOBODY);
    }

    @SafeVarargs
    private static void open(WatcherProcess process, String name, Set<String> topics, Map<String, Object>... how)
            throws Exception {
        Map<String, Object> order = new HashMap<>();
        for (Map<String, Object> part : how) {
            order.putAll(part);
        }
        order.put("name", name);
        order.put("topics", topics);
        process.tell("open", order);
    }

    private long at(String topic) {
        return newest.getOrDefault(topic, 0L);
    }

    private void next(String topic) {
        String text = topic + " " + ++published;
        byte[] payload = topic.startsWith("large") ? BreakableService.large(text) : text.getBytes(UTF_8);
        newest.put(topic, service.publish(topic, payload));
    }

    private void nextOfBoth() {
        next("small");
        next("large");
    }

    private void sees(WatcherProcess process, String client, String small, String large) {
        see(process, client, "small", small);
        see(process, client, "large", large);
    }

    private void see(WatcherProcess process, String client, String topic, String source) {
        if (source.isEmpty()) {
            until(process, client, topic, seen -> seen.path("phase").asString().equals("FAILED")
                    && seen.path("version").asLong() == 0);
        } else {
            awaits(process, client, topic, source, source.equals("DEFAULT") ? 0 : at(topic));
        }
    }

    private static void seesNothing(WatcherProcess process, String client, String topic, String... words)
            throws Exception {
        JsonNode waited = process.tell("await", Map.of("name", client, "topic", topic, "ms", 4_000));
        assertThat(waited.path("error").asString("")).as("%s of %s", topic, client).contains(words);
        assertThat(waited.path("tookMs").asLong()).isLessThan(5_500);
        assertThat(process.see().path(client).path("up").asBoolean()).isFalse();
    }

    private static JsonNode awaits(WatcherProcess process, String client, String topic, String source, long version) {
        return until(
                process,
                client,
                topic,
                seen -> seen.path("version").asLong(-1) == version
                        && seen.path("source").asString().equals(source));
    }

    private static JsonNode until(
            WatcherProcess process, String client, String topic, Predicate<JsonNode> condition) {
        JsonNode[] last = new JsonNode[1];
        try {
            return await().atMost(BOUND)
                    .pollInterval(Duration.ofMillis(100))
                    .until(
                            () -> {
                                last[0] = process.see().path(client).path(topic);
                                return last[0];
                            },
                            condition::test);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(topic + " of " + client + ": " + last[0] + "\n" + tail(process), e);
        }
    }

    /** Each file gets another content, of the same size, in its place; who uses it has it as it was. */
    private static void corrupt(Path directory) throws IOException {
        for (Path file : BreakableService.files(directory)) {
            Path wrong = Files.copy(file, file.resolveSibling("wrong"));
            BreakableService.flip(wrong);
            Files.move(wrong, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static String tail(WatcherProcess process) {
        Callable<String> said = process::said;
        try {
            String text = said.call();
            return text.substring(Math.max(0, text.length() - 4_000));
        } catch (Exception e) {
            return e.toString();
        }
    }

    /** For a while, all is as it was. */
    private static void stays(WatcherProcess process, String client, Map<String, Long> versions) {
        await().during(WATCHED).atMost(WATCHED.multipliedBy(3)).pollInterval(Duration.ofMillis(200)).untilAsserted(() -> {
            JsonNode seen = process.see().path(client);
            assertThat(seen.path("up").asBoolean()).isTrue();
            for (String topic : BOTH) {
                assertThat(seen.path(topic).path("version").asLong())
                        .as("%s of %s: %s", topic, client, seen)
                        .isEqualTo(versions.get(topic));
                assertThat(seen.path(topic).path("value").asString()).startsWith(topic + " ");
            }
        });
    }

    /** All that is followed is the newest one, by the service's word. */
    private void awaitNewest(WatcherProcess process) {
        process.see().properties().forEach(client -> client.getValue().properties().forEach(topic -> {
            if (topic.getValue().isObject()) {
                until(
                        process,
                        client.getKey(),
                        topic.getKey(),
                        seen -> seen.path("version").asLong() == at(topic.getKey())
                                && seen.path("source").asString().equals("SERVICE")
                                && seen.path("phase").asString().equals("RUNNING")
                                && seen.path("value").asString().startsWith(topic.getKey() + " "));
            }
        }));
    }

    /** Closed clients leave neither threads nor handles, and no file in use. */
    private static void assertClosesWithoutTrace(WatcherProcess process, String... clients) throws Exception {
        for (String client : clients) {
            process.tell("close", Map.of("name", client));
        }
        try {
            await().atMost(BOUND).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
                JsonNode count = process.tell("count", Map.of());
                assertThat(names(count.path("named"), name -> !name.startsWith("octavo") && !name.startsWith("grpc")))
                        .as("threads of clients that are closed")
                        .isEmpty();
                assertThat(names(count.path("open"), OF_RUNTIME.or(handle -> handle.startsWith("pipe:") || handle.startsWith("/tmp/") && handle.endsWith(".log"))))
                        .as("handles of clients that are closed")
                        .isEmpty();
                assertThat(count.path("slowestMs").asLong()).as("ms, the slowest read of a value").isLessThan(1_000);
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + "\n" + tail(process), e);
        }
    }

    private static List<String> names(JsonNode all, Predicate<String> but) {
        return all.valueStream().map(JsonNode::asString).filter(but.negate()).toList();
    }

    private void assertNothingGrows() {
        await().atMost(BOUND).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
            JsonNode count = running.tell("count", Map.of());
            assertThat(count.path("threads").asInt()).as("threads: %s", count).isLessThanOrEqualTo(threads + 3);
            assertThat(count.path("handles").asInt()).as("handles: %s", count).isLessThanOrEqualTo(handles + 4);
            assertThat(count.path("slowestMs").asLong()).as("ms, the slowest read of a value").isLessThan(1_000);
        });
    }
}
