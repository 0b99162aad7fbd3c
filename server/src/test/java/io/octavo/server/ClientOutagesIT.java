package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What processes with the Java client see, at their start and while they run, when the service, Cassandra, the S3 store or
 * all of them are away: as the table in the client's guide says. Every program is a process.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(600)
class ClientOutagesIT {
    static final List<String> ROWS =
            List.of("service down", "Cassandra down", "S3 down", "all three down", "server stands still");

    private static final String SMALL = "small";
    private static final String LARGE = "large";
    private static final Set<String> BOTH = Set.of(SMALL, LARGE);
    private static final String BACK = "large.back";
    private static final List<String> STARTED = List.of("everything", "fallback", "kept", "bare", "default");
    private static final String STAYS = "The value stays";
    private static final String EACH_STEP = ", or `awaitValue` throws and names each step";

    /** For a start with the settings that clients have by themselves, of which 5 s are for the service alone. */
    private static final Duration UNHURRIED_START = Duration.ofSeconds(15);

    private static final Map<String, Object> UNHURRIED = Map.of("unhurried", true);

    private final FaultTable table = new FaultTable();
    private BreakableService service;
    private WatcherProcess running;
    /** What was seen when the outage began. */
    private JsonNode before;

    private int threads;
    private int handles;

    @TempDir
    private static Path folder;

    private interface Step {
        void go() throws Exception;
    }

    /** One client looks the nodes up, and has all that it can fall back to; the other has neither. */
    @BeforeAll
    void start() throws Exception {
        service = BreakableService.start(folder);
        nextOfBoth();
        service.next(BACK);
        service.next(BACK);
        running = WatcherProcess.start(folder, "running", List.of(), Map.of());
        running.open("everything", BOTH, everything());
        running.open("bare", BOTH, service.named());
        running.awaitsNewest(service);
        JsonNode count = running.count();
        threads = count.path("threads").asInt();
        handles = count.path("handles").asInt();
        before = running.see();
    }

    @AfterAll
    void stop() throws Exception {
        try {
            table.assertAllTried(ROWS, ClientFaultsIT.ROWS);
        } finally {
            for (AutoCloseable started : Arrays.asList(running, service)) {
                if (started != null) {
                    started.close();
                }
            }
        }
    }

    /** The one outage becomes the other: to start all of it again takes longer than to look at what there is to see. */
    @Test
    void theServiceIsDownAndThenEverything() throws Exception {
        Map<String, Object> old = Map.of("cache", folder.resolve("cache-old").toString());
        try (WatcherProcess first = newProcess("service-down");
                WatcherProcess second = newProcess("all-three-down")) {
            first.open("old", BOTH, service.here(), old);
            first.awaitsNewest(service);
            first.closeClient("old");
            nextOfBoth();
            running.awaitsNewest(service);
            Step up = () -> {
                service.restartS3();
                service.restartCassandra();
                service.restartServer();
            };
            outage("service, then all three down", first, service::killServer, up, () -> {
                first.open("old", BOTH, service.here(), service.fallback(), old);
                theServiceIsDown(first);
                service.cassandra().kill();
                service.s3().kill();
                start(second);
                everythingIsDown(second);
            });
            second.awaitsNewest(service);
            second.closeWithoutTrace();
        }
    }

    private void theServiceIsDown(WatcherProcess process) throws Exception {
        String row = "service down";
        startsUnhurried(process);
        for (String client : List.of("everything", "fallback", "old")) {
            sees(process, client, "FALLBACK");
        }
        sees(process, "kept", "DISK");
        table.start(
                row,
                "After two polls that failed, or `fallbackAfter` (5 s): the newest of fallback cache and cache"
                        + " directory");
        sees(process, "default", "DEFAULT");
        process.seesNothing("bare", SMALL, "service: ", "fallback cache: ", "cache directory: ");
        table.start(row, "with neither, the default" + EACH_STEP);
        running.holds(before);
        table.running(row, STAYS, "`Snapshot.asOf` grows old");
    }

    private void everythingIsDown(WatcherProcess process) throws Exception {
        String row = "all three down";
        sees(process, "everything", "DISK");
        sees(process, "kept", "DISK");
        table.start(row, "The cache directory");
        sees(process, "default", "DEFAULT");
        process.seesNothing("fallback", SMALL, "service: ", "fallback cache: ", "cache directory: ");
        table.start(row, "without one the default" + EACH_STEP);
        running.holds(before);
        table.running(row, STAYS);
    }

    @Test
    void theServerStandsStill() throws Exception {
        String row = "server stands still";
        Step freeze = () -> service.server().freeze();
        Step thaw = () -> service.server().thaw();
        try (WatcherProcess process = newProcess(row)) {
            outage(row, process, freeze, thaw, () -> {
                startsUnhurried(process);
                sees(process, "everything", "FALLBACK");
                sees(process, "fallback", "FALLBACK");
                sees(process, "kept", "DISK");
                sees(process, "default", "DEFAULT");
                process.seesNothing("bare", SMALL, "service: ", "no answer within ");
                table.start(
                        row, "As if it were down, after `fallbackAfter` (5 s): connections open and nobody answers");
                running.holds(before);
                table.running(row, STAYS);
            });
            table.running(row, "what is new arrives when it goes on");
        }
    }

    @Test
    void cassandraIsDown() throws Exception {
        String row = "Cassandra down";
        try (WatcherProcess process = newProcess(row)) {
            outage(row, process, () -> service.cassandra().kill(), service::restartCassandra, () -> {
                CompletableFuture<Integer> published = service.statusOfPublish("refused");
                for (String client : STARTED) {
                    sees(process, client, "SERVICE");
                }
                table.start(row, "As usual, as long as a subscribe node lives: nodes have everything in memory");
                assertThat(published.get()).as("status of a publish").isEqualTo(503);
                running.holds(before);
                table.running(row, "As usual", "nothing is published meanwhile");
            });
        }
    }

    /** One client that runs is sent back to a version of which it has nothing. */
    @Test
    void theS3StoreIsDown() throws Exception {
        String row = "S3 down";
        try (WatcherProcess process = newProcess(row)) {
            // The longer a version can't be had, the longer is the wait between attempts at it: up to a minute.
            process.open("back", Set.of(BACK), service.here(), UNHURRIED);
            process.awaitsNewestUnhurried(service);
            outage(row, process, () -> service.s3().kill(), service::restartS3, () -> {
                service.pin(BACK, 1);
                sees(process, "everything", "SERVICE");
                sees(process, "kept", "SERVICE");
                for (String client : List.of("fallback", "bare", "default")) {
                    process.awaits(client, SMALL, "SERVICE", service.newest(SMALL));
                }
                table.start(row, "Small payloads as usual", "Those of 1 MiB or more from the cache directory");
                assertThat(process.awaitsFailure("fallback", LARGE)).contains("payload from region");
                process.seesNothing("bare", LARGE, "payload from region");
                process.awaits("default", LARGE, "DEFAULT", 0);
                process.isHealthy("default");
                table.start(row, "else `FAILED`, or the default");
                running.holds(before);
                assertThat(process.awaitsFailure("back", BACK, 2)).contains("payload from region");
                process.isHealthy("back");
                table.running(row, STAYS);
                service.next(SMALL);
                running.awaits("bare", SMALL, "SERVICE", service.newest(SMALL));
                process.awaits("bare", SMALL, "SERVICE", service.newest(SMALL));
                table.running(row, "Small ones arrive as usual");
            });
            table.running(row, "of larger ones `FAILED` with the reason, and tried again");
        }
    }

    /** Its clients start once it is told to: the outage needn't last until there is a process. */
    private static WatcherProcess newProcess(String row) throws Exception {
        return WatcherProcess.start(folder, row.replace(' ', '-'), List.of(), Map.of());
    }

    /** Clients start during the outage, others go on; then it is over, and all have what is published after it. */
    private void outage(String row, WatcherProcess process, Step down, Step up, Step look) throws Exception {
        service.awaitExport();
        down.go();
        before = running.see();
        try {
            start(process);
            look.go();
        } finally {
            up.go();
        }
        long over = System.nanoTime();
        nextOfBoth();
        running.awaitsNewest(service, WatcherProcess.FOUND_AGAIN);
        process.awaitsNewest(service, WatcherProcess.FOUND_AGAIN);
        System.out.printf("%s: all at the next version %.1f s after its end", row, (System.nanoTime() - over) / 1e9);
        process.awaitsNewestUnhurried(service);
        System.out.printf(", with usual settings %.1f s%n", (System.nanoTime() - over) / 1e9);
        process.closeWithoutTrace();
        assertNothingGrows();
    }

    private void start(WatcherProcess process) throws Exception {
        process.open("everything", BOTH, everything());
        process.open("fallback", BOTH, service.here(), service.fallback());
        process.open("kept", BOTH, service.here(), kept());
        process.open("bare", BOTH, service.here());
        process.open("default", BOTH, service.here(), Map.of("default", true));
    }

    /** As the guide has it, with nothing set that it doesn't set. */
    private void startsUnhurried(WatcherProcess process) throws Exception {
        process.open("unhurried", BOTH, service.here(), service.fallback(), UNHURRIED);
        long start = System.nanoTime();
        for (String topic : BOTH) {
            JsonNode given = process.waits("unhurried", topic, UNHURRIED_START);
            assertThat(given.path("version").asLong()).as(given.toString()).isEqualTo(service.newest(topic));
        }
        System.out.printf("a start with usual settings took %.1f s%n", (System.nanoTime() - start) / 1e9);
        sees(process, "unhurried", "FALLBACK");
    }

    private void assertNothingGrows() {
        await().atMost(WatcherProcess.BOUND)
                .pollInterval(Duration.ofMillis(250))
                .untilAsserted(() -> {
                    JsonNode count = running.count();
                    assertThat(count.path("threads").asInt())
                            .as("threads: %s", count)
                            .isLessThanOrEqualTo(threads + 3);
                    assertThat(count.path("handles").asInt())
                            .as("handles: %s", count)
                            .isLessThanOrEqualTo(handles + 4);
                });
        running.assertReadsDoNotWait();
    }

    private void sees(WatcherProcess process, String client, String source) {
        for (String topic : BOTH) {
            process.awaits(client, topic, source, source.equals("DEFAULT") ? 0 : service.newest(topic));
        }
        process.isHealthy(client);
    }

    private void nextOfBoth() {
        BOTH.forEach(service::next);
    }

    private Map<String, Object> everything() {
        Map<String, Object> all = new HashMap<>(service.here());
        all.putAll(service.fallback());
        all.putAll(kept());
        return all;
    }

    private Map<String, Object> kept() {
        return Map.of("cache", folder.resolve("cache").toString());
    }
}
