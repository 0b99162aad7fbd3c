package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
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
 * listeners and bytes that are wrong, as the table in the client's guide says. The service is well: the rows are tried at the
 * same time, each with topics of its own.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(600)
class ClientFaultsIT {
    static final List<String> ROWS = List.of(
            "wrong credentials",
            "corrupt payload",
            "corrupt disk cache",
            "disk full",
            "clock an hour off",
            "listener throws",
            BlockingListeners.ROW);

    /** More would only wait for the processor. */
    private static final int AT_ONCE = 2;

    private static final int MOST_BAD_TOKENS = 12;
    private static final Duration AN_HOUR = Duration.ofHours(1);
    private static final Duration AN_HOUR_ABOUT = Duration.ofMinutes(59);
    private static final Duration A_DAY = Duration.ofDays(1);

    private final FaultTable table = new FaultTable();
    private final AtOnce trials = new AtOnce(AT_ONCE);
    private BreakableService service;
    private BlockingListeners blocked;

    @TempDir
    private static Path folder;

    /** What is blocked for a minute is looked at in the end, when it has gone on. */
    @BeforeAll
    void start() throws Exception {
        service = BreakableService.start(folder);
        blocked = new BlockingListeners(service, table, folder);
        blocked.block();
        DiskFaults disks = new DiskFaults(service, table, folder);
        trials.begin("clock an hour off", this::tryClock);
        trials.begin("wrong credentials", this::tryCredentials);
        trials.begin("disk full", disks::theDiskIsFull);
        trials.begin("corrupt disk cache", disks::theDiskCacheIsCorrupt);
        trials.begin("corrupt payload", disks::aPayloadIsCorrupt);
        trials.begin("listener throws", this::tryThrowing);
    }

    @AfterAll
    void stop() throws Exception {
        try {
            table.assertAllTried(ROWS, ClientOutagesIT.ROWS);
        } finally {
            for (AutoCloseable started : Arrays.asList(trials, blocked, service)) {
                if (started != null) {
                    started.close();
                }
            }
        }
    }

    @Test
    void credentialsAreWrong() throws Exception {
        trials.await("wrong credentials");
    }

    @Test
    void aPayloadIsCorrupt() throws Exception {
        trials.await("corrupt payload");
    }

    @Test
    void theDiskCacheIsCorrupt() throws Exception {
        trials.await("corrupt disk cache");
    }

    @Test
    void theDiskIsFull() throws Exception {
        trials.await("disk full");
    }

    @Test
    void theClockIsAnHourOff() throws Exception {
        trials.await("clock an hour off");
    }

    @Test
    void aListenerThrows() throws Exception {
        trials.await("listener throws");
    }

    @Test
    void listenersBlock() throws Exception {
        blocked.goOn();
    }

    private void tryCredentials() throws Exception {
        String row = "wrong credentials";
        Set<String> both = bothOf("credentials");
        Map<String, Object> cache = Map.of("cache", folder.resolve("cache-shop").toString());
        // Ten bad tokens a minute are one too many.
        Map<String, Object> seldom = Map.of("interval", 5);
        String token = service.newToken("shop");
        try (WatcherProcess process = process("credentials")) {
            process.open("shop", both, service.by(token), cache, seldom);
            process.awaitsNewest(service);
            assertThat(service.send("DELETE", "/tokens/shop?reason=leaked", "").statusCode())
                    .isEqualTo(200);
            // A poll that is held was let in before: it may be the last one that brings something.
            await().atMost(WatcherProcess.BOUND)
                    .until(() -> service.sendAs(token).statusCode() == 401);
            both.forEach(service::next);
            process.awaitsFailedPolls("shop", 1);
            JsonNode then = process.see();
            both.forEach(service::next);
            process.awaitsFailedPolls("shop", 2);
            process.holds(then);
            table.running(row, "The value stays");
            process.tell("token", Map.of("name", "shop", "token", service.newToken("shop-again")));
            process.awaitsNewest(service);
            table.running(row, "The next poll shows the token of then, so a new one mends it");

            service.awaitExport();
            Map<String, Object> wrong = service.by("octavo_nobody-has-this-token");
            Map<String, Object> wrongKeys = new HashMap<>(service.fallback());
            wrongKeys.put("secretKey", "not-the-secret-of-this-store");
            process.open("nothing", both, wrong, wrongKeys, seldom);
            process.seesNothing(
                    "nothing", "small.credentials", "service: ", "token", "fallback cache: ", "refused with 403");
            table.start(row, "the exception says which of them refused");
            process.open("fallback", both, wrong, service.fallback(), seldom);
            process.open("kept", both, wrong, wrongKeys, cache, seldom);
            for (String topic : both) {
                process.awaits("fallback", topic, "FALLBACK", service.newest(topic));
                process.awaits("kept", topic, "DISK", service.newest(topic));
            }
            table.start(row, "As if the service, or the fallback cache, were down");
            badTokensHaveToWait();
            table.running(row, "after ten bad ones a minute nodes make an address wait for the rest of it");
            assertThat(process.log() + process.see()).doesNotContain("not-the-secret", "nobody-has-this-token", token);
            table.start(row, "Secrets get into no message");
            process.closeWithoutTrace();
        }
    }

    /** Those who have a good one needn't. */
    private void badTokensHaveToWait() throws Exception {
        HttpResponse<String> last = service.sendAs("octavo_nobody");
        for (int bad = 1; bad < MOST_BAD_TOKENS && last.statusCode() == 401; bad++) {
            last = service.sendAs("octavo_nobody-" + bad);
        }
        assertThat(last.statusCode()).isEqualTo(429);
        assertThat(last.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 60L);
        assertThat(service.send("GET", "/topics", "").statusCode()).isEqualTo(200);
    }

    private void tryClock() throws Exception {
        String row = "clock an hour off";
        Set<String> both = bothOf("clock");
        Path clock = Files.writeString(folder.resolve("clock"), "+1h");
        Map<String, String> fake = Map.of(
                "LD_PRELOAD",
                fakeTime(),
                "FAKETIME_TIMESTAMP_FILE",
                clock.toString(),
                // Seconds until the file is read again: to read it whenever somebody asks for the time takes most of a
                // processor.
                "FAKETIME_CACHE_DURATION",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1");
        service.awaitExport();
        Map<String, Object> cache =
                Map.of("cache", folder.resolve("cache-clock").toString());
        try (WatcherProcess process = WatcherProcess.start(folder, "clock-process", List.of(), fake)) {
            process.awaitsClock(AN_HOUR);
            process.open("service", both, service.here(), cache);
            process.awaitsNewest(service);
            process.open("ahead", both, BreakableService.nobody(), service.fallback());
            assertThat(ages(process, "ahead", both))
                    .allSatisfy(age -> assertThat(age).isBetween(AN_HOUR_ABOUT, A_DAY));
            table.start(row, "As usual, from the fallback cache too");
            process.closeClient("ahead");
            for (int hours : List.of(-1, 0, 1, -1)) {
                set(clock, hours < 0 ? hours + "h" : "+" + hours + "h");
                process.awaitsClock(AN_HOUR.multipliedBy(hours));
                both.forEach(service::next);
                process.awaitsNewest(service);
            }
            service.awaitExport();
            process.open("behind", both, BreakableService.nobody(), service.fallback());
            assertThat(ages(process, "behind", both))
                    .allSatisfy(age -> assertThat(age).isBetween(A_DAY.negated(), AN_HOUR_ABOUT.negated()));
            table.start(row, "ages are an hour wrong");
            table.running(row, "As usual, also when it is set");
            process.closeWithoutTrace();
        }
    }

    /** How old what is known of the topics seems to be. */
    private List<Duration> ages(WatcherProcess process, String client, Set<String> topics) {
        return topics.stream()
                .map(topic -> process.awaits(client, topic, "FALLBACK", service.newest(topic)))
                .map(seen -> Duration.ofMillis(seen.path("ageMs").asLong()))
                .toList();
    }

    private void tryThrowing() throws Exception {
        String row = "listener throws";
        Set<String> both = bothOf("throws");
        try (WatcherProcess process = process("throws")) {
            process.open("one", both, service.here(), Map.of("throws", true));
            process.awaitsNewest(service);
            table.start(row, "As usual");
            listenersAreCalled(process, both, 1);
            table.start(
                    row,
                    "logged and counted (`failures{kind=LISTENER}`)",
                    "The other listeners are called, the version counts as taken");
            both.forEach(service::next);
            process.awaitsNewest(service);
            listenersAreCalled(process, both, 2);
            table.running(row, "The same");
            process.closeWithoutTrace();
        }
    }

    /** Both of each topic, though the first one throws. */
    private void listenersAreCalled(WatcherProcess process, Set<String> topics, int times) {
        await().atMost(WatcherProcess.BOUND).untilAsserted(() -> {
            JsonNode seen = process.see().path("one");
            assertThat(seen.path("LISTENER").asInt()).as(seen.toString()).isEqualTo(times * topics.size());
            for (String topic : topics) {
                assertThat(seen.path(topic).path("othersTold").asInt()).isEqualTo(times);
                assertThat(process.log()).contains("a listener of topic " + topic + " threw");
                assertThat(service.send("GET", "/consumers?state=APPLIED&topic=" + topic, "")
                                .body())
                        .contains("\"version\":" + service.newest(topic));
            }
        });
    }

    private WatcherProcess process(String name) throws IOException {
        return WatcherProcess.start(folder, name, List.of(), Map.of());
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

    private static void set(Path clock, String offset) throws IOException {
        Path next = Files.writeString(clock.resolveSibling("clock.next"), offset);
        Files.move(next, clock, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A small topic and a large one, each with a version. */
    private Set<String> bothOf(String name) {
        Set<String> both = Set.of("small." + name, "large." + name);
        both.forEach(service::next);
        return both;
    }
}
