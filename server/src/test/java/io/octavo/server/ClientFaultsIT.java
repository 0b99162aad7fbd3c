package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What processes with the Java client see, at their start and while they run, of faults that are theirs: keys, disks, clocks,
 * listeners and bytes that are wrong, as the table in the client's guide says.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(180)
class ClientFaultsIT {
    static final List<String> ROWS = List.of(
            "wrong credentials",
            "corrupt payload",
            "corrupt disk cache",
            "disk full",
            "clock an hour off",
            "listener throws",
            "listener blocks for 60 s");

    private static final Set<String> BOTH = Set.of("small", "large");
    /** More than the client has threads for its own work. */
    private static final List<String> BLOCKED =
            List.of("blocked.1", "blocked.2", "blocked.3", "blocked.4", "blocked.5", "blocked.6");

    private static final int BLOCKED_SECONDS = 60;
    /** Nodes know a token for so long. */
    private static final Duration TOKENS_ARE_KNOWN = Duration.ofSeconds(6);

    private static final Duration LAST_POLL = Duration.ofSeconds(3);
    private static final Duration AN_HOUR_ABOUT = Duration.ofMinutes(59);

    private final FaultTable table = new FaultTable();
    private BreakableService service;
    private WatcherProcess blocked;
    private long blockedSince;

    @TempDir
    private static Path folder;

    /** What is blocked for a minute is looked at in the end, when it has gone on. */
    @BeforeAll
    void start() throws Exception {
        service = BreakableService.start(folder);
        nextOfBoth();
        BLOCKED.forEach(service::next);
        blocked = process("blocked");
        blockedSince = System.nanoTime();
        for (int at = 1; at <= 2; at++) {
            blocked.open(
                    "at-" + at, Set.copyOf(BLOCKED), service.here(), Map.of("blocks", BLOCKED_SECONDS, "blocksAt", at));
        }
        listenersBlock();
        service.awaitExport();
    }

    @AfterAll
    void stop() throws Exception {
        try {
            listenersGoOn();
            table.assertAllTried(ROWS, ClientOutagesIT.ROWS);
        } finally {
            for (AutoCloseable started : Arrays.asList(blocked, service)) {
                if (started != null) {
                    started.close();
                }
            }
        }
    }

    private void listenersBlock() throws Exception {
        for (String topic : BLOCKED) {
            blocked.awaits("at-1", topic, "SERVICE", 1);
            blocked.awaits("at-2", topic, "SERVICE", 1);
        }
        JsonNode waited = blocked.tell("await", Map.of("name", "at-1", "topic", BLOCKED.get(0), "ms", 500));
        assertThat(waited.path("version").asLong())
                .as("a value that the listeners haven't seen")
                .isEqualTo(1);
        BLOCKED.forEach(service::next);
        for (String topic : BLOCKED) {
            // Its listener blocks from now on; but the value is there.
            blocked.awaits("at-2", topic, "SERVICE", 2);
        }
        blocked.tell("subscribe", Map.of("name", "at-1", "topic", "large"));
        blocked.tell("subscribe", Map.of("name", "at-2", "topic", "large"));
        service.next("large");
        blocked.awaits("at-1", "large", "SERVICE", service.newest("large"));
        blocked.awaits("at-2", "large", "SERVICE", service.newest("large"));
        assertThat(blocked.see()
                        .path("at-1")
                        .path(BLOCKED.get(0))
                        .path("version")
                        .asLong())
                .as("stays while its listener is busy with it")
                .isEqualTo(1);
        assertThat(Duration.ofNanos(System.nanoTime() - blockedSince)).isLessThan(Duration.ofSeconds(BLOCKED_SECONDS));
        table.start("listener blocks for 60 s");
    }

    private void listenersGoOn() throws Exception {
        await().atMost(Duration.ofSeconds(BLOCKED_SECONDS))
                .until(() -> System.nanoTime() - blockedSince
                        > Duration.ofSeconds(BLOCKED_SECONDS).toNanos());
        blocked.awaitsNewest(service);
        blocked.closeWithoutTrace("at-1", "at-2");
        table.running("listener blocks for 60 s");
    }

    @Test
    void credentialsAreWrong() throws Exception {
        Map<String, Object> cache = Map.of("cache", folder.resolve("cache-shop").toString());
        String token = service.newToken("shop");
        try (WatcherProcess process = process("credentials")) {
            // Ten bad tokens a minute are one too many.
            process.open("shop", BOTH, service.by(token), cache, Map.of("interval", 5));
            process.awaitsNewest(service);
            assertThat(service.send("DELETE", "/tokens/shop?reason=leaked", "").statusCode())
                    .isEqualTo(200);
            Thread.sleep(TOKENS_ARE_KNOWN.toMillis());
            // A poll that is held was let in before: it may be the last one that brings something.
            nextOfBoth();
            Thread.sleep(LAST_POLL.toMillis());
            JsonNode seen = process.see().path("shop");
            Map<String, Long> last = Map.of(
                    "small", seen.path("small").path("version").asLong(),
                    "large", seen.path("large").path("version").asLong());
            nextOfBoth();
            process.stays("shop", last);
            process.tell("token", Map.of("name", "shop", "token", service.newToken("shop-again")));
            process.awaitsNewest(service);
            table.running("wrong credentials");

            service.awaitExport();
            Map<String, Object> wrong = service.by("octavo_nobody-has-this-token");
            Map<String, Object> wrongKeys = new HashMap<>(service.fallback());
            wrongKeys.put("secretKey", "not-the-secret-of-this-store");
            process.open("fallback", BOTH, wrong, service.fallback());
            process.open("kept", BOTH, wrong, wrongKeys, cache);
            process.open("nothing", BOTH, wrong, wrongKeys);
            for (String topic : BOTH) {
                process.awaits("fallback", topic, "FALLBACK", service.newest(topic));
                process.awaits("kept", topic, "DISK", service.newest(topic));
            }
            process.seesNothing("nothing", "small", "service: ", "token", "fallback cache: ", "refused with 403");
            assertThat(process.log()).doesNotContain("not-the-secret", "nobody-has-this-token", token);
            table.start("wrong credentials");
            process.closeWithoutTrace("shop", "fallback", "kept", "nothing");
        }
    }

    @Test
    void aPayloadIsCorrupt() throws Exception {
        String topic = "large.corrupt";
        service.next(topic);
        Map<String, Object> cache =
                Map.of("cache", folder.resolve("cache-corrupt").toString());
        try (WatcherProcess process = process("corrupt")) {
            process.open("running", Set.of(topic), service.here(), cache);
            process.awaitsNewest(service);
            NodeProcess.signal(process.pid(), "-STOP");
            service.next(topic);
            service.corruptNewest(topic);
            NodeProcess.signal(process.pid(), "-CONT");
            assertThat(process.awaitsFailure("running", topic, 1)).contains("SHA-256");
            table.running("corrupt payload");

            process.open("kept", Set.of(topic), service.here(), cache);
            process.open("older", Set.of(topic), service.here(), Map.of("older", 1));
            process.open("bare", Set.of(topic), service.here());
            process.awaits("kept", topic, "DISK", 1);
            process.awaits("older", topic, "SERVICE", 1);
            process.seesNothing("bare", topic, "SHA-256");
            table.start("corrupt payload");
            service.next(topic);
            process.awaitsNewest(service);
            process.closeWithoutTrace("running", "kept", "older", "bare");
        }
    }

    @Test
    void theDiskCacheIsCorrupt() throws Exception {
        String topic = "large.disk";
        service.next(topic);
        Path cache = folder.resolve("cache-disk");
        Path payloads = cache.resolve("payloads");
        Map<String, Object> directory = Map.of("cache", cache.toString());
        try (WatcherProcess process = process("disk")) {
            process.open("before", Set.of(topic), service.here(), directory);
            process.awaitsNewest(service);
            await().atMost(WatcherProcess.BOUND)
                    .until(() -> !BreakableService.files(payloads).isEmpty());
            process.closeClient("before");
            corrupt(payloads);
            process.open("nobody", Set.of(topic), BreakableService.nobody(), directory);
            process.seesNothing("nobody", topic, "service: ");
            process.closeClient("nobody");
            process.open("running", Set.of(topic), service.here(), directory);
            process.awaitsNewest(service);
            table.start("corrupt disk cache");

            service.next(topic);
            process.awaitsNewest(service);
            corrupt(payloads);
            String back = "{\"version\":1,\"reason\":\"back\"}";
            assertThat(service.send("PUT", "/topics/" + topic + "/pins?scope=*", back)
                            .statusCode())
                    .isEqualTo(200);
            process.awaits("running", topic, "SERVICE", 1);
            assertThat(process.see().path("running").path("CACHE").asInt())
                    .as("how often something there was found to be wrong")
                    .isPositive();
            table.running("corrupt disk cache");
            process.closeWithoutTrace("running");
        }
    }

    /** One process has its temporary files elsewhere, the other one on the disk that is full. */
    @Test
    void theDiskIsFull() throws Exception {
        Path disk = Files.createDirectories(folder.resolve("small-disk"));
        Map<String, String> here = Map.of("WATCHER_TMP", disk.resolve("tmp").toString());
        Map<String, Object> cache = Map.of("cache", disk.resolve("cache").toString());
        Map<String, String> all = Map.of("directory", disk.toString());
        try (WatcherProcess elsewhere = onSmallDisk("elsewhere", disk, Map.of());
                WatcherProcess nowhere = onSmallDisk("nowhere", disk, here)) {
            for (WatcherProcess process : List.of(elsewhere, nowhere)) {
                process.tell("fill", all);
                process.open("one", BOTH, service.here(), cache);
            }
            elsewhere.awaitsNewest(service);
            nowhere.awaits("one", "small", "SERVICE", service.newest("small"));
            assertThat(nowhere.awaitsFailure("one", "large")).contains("No space left");
            nowhere.seesNothing("one", "large", "No space left");
            table.start("disk full");
            nowhere.tell("free", all);
            elsewhere.tell("free", all);
            nowhere.awaitsNewest(service);

            long before = service.newest("large");
            elsewhere.tell("fill", all);
            nowhere.tell("fill", all);
            nextOfBoth();
            elsewhere.awaitsNewest(service);
            nowhere.awaits("one", "small", "SERVICE", service.newest("small"));
            assertThat(nowhere.awaitsFailure("one", "large", before)).contains("No space left");
            nowhere.tell("free", all);
            nowhere.awaitsNewest(service);
            table.running("disk full");
            nowhere.closeWithoutTrace("one");
            elsewhere.closeWithoutTrace("one");
        }
    }

    @Test
    void theClockIsAnHourOff() throws Exception {
        Path clock = Files.writeString(folder.resolve("clock"), "+1h");
        Map<String, String> fake = Map.of(
                "LD_PRELOAD",
                fakeTime(),
                "FAKETIME_TIMESTAMP_FILE",
                clock.toString(),
                "FAKETIME_NO_CACHE",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1");
        nextOfBoth();
        service.awaitExport();
        Map<String, Object> cache =
                Map.of("cache", folder.resolve("cache-clock").toString());
        try (WatcherProcess process = WatcherProcess.start(folder, "clock-process", List.of(), fake)) {
            process.open("service", BOTH, service.here(), cache);
            process.awaitsNewest(service);
            process.open("ahead", BOTH, BreakableService.nobody(), service.fallback());
            for (String topic : BOTH) {
                JsonNode seen = process.awaits("ahead", topic, "FALLBACK", service.newest(topic));
                assertThat(Duration.ofMillis(seen.path("ageMs").asLong())).isGreaterThan(AN_HOUR_ABOUT);
            }
            table.start("clock an hour off");
            process.closeClient("ahead");
            for (String offset : List.of("-1h", "+0", "+1h")) {
                set(clock, offset);
                nextOfBoth();
                process.awaitsNewest(service);
            }
            set(clock, "-1h");
            service.awaitExport();
            process.open("behind", BOTH, BreakableService.nobody(), service.fallback());
            for (String topic : BOTH) {
                process.awaits("behind", topic, "FALLBACK", service.newest(topic));
            }
            table.running("clock an hour off");
            process.closeWithoutTrace("service", "behind");
        }
    }

    @Test
    void aListenerThrows() throws Exception {
        try (WatcherProcess process = process("throws")) {
            process.open("one", BOTH, service.here(), Map.of("throws", true));
            process.awaitsNewest(service);
            assertThat(process.see().path("one").path("up").asBoolean()).isTrue();
            table.start("listener throws");
            nextOfBoth();
            process.awaitsNewest(service);
            assertThat(process.see().path("one").path("LISTENER").asInt())
                    .as("how often one threw")
                    .isGreaterThanOrEqualTo(4);
            table.running("listener throws");
            process.closeWithoutTrace("one");
        }
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
        throw new AssertionError("libfaketime: not found (expected: Debian's package faketime)");
    }

    private void set(Path clock, String offset) throws IOException {
        Path next = Files.writeString(folder.resolve("clock.next"), offset);
        Files.move(next, clock, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Each file gets another content, of the same size, in its place; who uses it has it as it was. */
    private static void corrupt(Path directory) throws IOException {
        for (Path file : BreakableService.files(directory)) {
            Path wrong = Files.copy(file, file.resolveSibling("wrong"));
            BreakableService.flip(wrong);
            Files.move(wrong, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void nextOfBoth() {
        BOTH.forEach(service::next);
    }
}
