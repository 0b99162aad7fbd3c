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
@Timeout(180)
class ClientOutagesIT {
    static final List<String> ROWS =
            List.of("service down", "Cassandra down", "S3 down", "all three down", "server stands still");

    private static final Set<String> BOTH = Set.of("small", "large");
    private static final List<String> STARTED = List.of("everything", "fallback", "kept", "bare", "default");

    private final FaultTable table = new FaultTable();
    private BreakableService service;
    private WatcherProcess running;
    private int threads;
    private int handles;

    @TempDir
    private static Path folder;

    private interface Step {
        void go() throws Exception;
    }

    private interface Look {
        void at(WatcherProcess process) throws Exception;
    }

    @BeforeAll
    void start() throws Exception {
        service = BreakableService.start(folder);
        nextOfBoth();
        running = WatcherProcess.start(folder, "running", List.of(), Map.of());
        running.open("everything", BOTH, everything());
        running.open("bare", BOTH, service.here());
        running.awaitsNewest(service);
        JsonNode count = running.count();
        threads = count.path("threads").asInt();
        handles = count.path("handles").asInt();
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

    @Test
    void theServiceIsDown() throws Exception {
        outage("service down", service::killServer, service::restartServer, process -> {
            sees(process, "everything", "FALLBACK");
            sees(process, "fallback", "FALLBACK");
            sees(process, "kept", "DISK");
            sees(process, "default", "DEFAULT");
            process.seesNothing("bare", "small", "service:", "fallback cache:", "cache directory:");
        });
    }

    @Test
    void cassandraIsDown() throws Exception {
        outage("Cassandra down", () -> service.cassandra().kill(), service::restartCassandra, process -> {
            for (String client : STARTED) {
                sees(process, client, "SERVICE");
            }
        });
    }

    @Test
    void theS3StoreIsDown() throws Exception {
        outage("S3 down", () -> service.s3().kill(), service::restartS3, process -> {
            sees(process, "everything", "SERVICE");
            sees(process, "kept", "SERVICE");
            for (String client : List.of("fallback", "bare", "default")) {
                process.awaits(client, "small", "SERVICE", service.newest("small"));
            }
            assertThat(process.awaitsFailure("fallback", "large")).contains("payload from region");
            process.seesNothing("bare", "large", "payload from region");
            process.awaits("default", "large", "DEFAULT", 0);
            service.next("small");
            running.awaits("bare", "small", "SERVICE", service.newest("small"));
            process.awaits("bare", "small", "SERVICE", service.newest("small"));
        });
    }

    @Test
    void everythingIsDown() throws Exception {
        Step down = () -> {
            service.killServer();
            service.cassandra().kill();
            service.s3().kill();
        };
        Step up = () -> {
            service.restartS3();
            service.restartCassandra();
            service.restartServer();
        };
        outage("all three down", down, up, process -> {
            sees(process, "everything", "DISK");
            sees(process, "kept", "DISK");
            sees(process, "default", "DEFAULT");
            process.seesNothing("fallback", "small", "service:", "fallback cache:", "cache directory:");
            process.seesNothing("bare", "large", "service:");
        });
    }

    @Test
    void theServerStandsStill() throws Exception {
        Step freeze = () -> service.server().freeze();
        Step thaw = () -> service.server().thaw();
        outage("server stands still", freeze, thaw, process -> {
            sees(process, "everything", "FALLBACK");
            sees(process, "fallback", "FALLBACK");
            sees(process, "kept", "DISK");
            sees(process, "default", "DEFAULT");
            process.seesNothing("bare", "small", "service:");
        });
    }

    /** Processes start during the outage, others go on; then it is over, and all have what is published after it. */
    private void outage(String row, Step down, Step up, Look look) throws Exception {
        service.awaitExport();
        Map<String, Long> before = Map.of("small", service.newest("small"), "large", service.newest("large"));
        down.go();
        try (WatcherProcess process = WatcherProcess.start(folder, row.replace(' ', '-'), List.of(), Map.of())) {
            process.open("everything", BOTH, everything());
            process.open("fallback", BOTH, service.here(), service.fallback());
            process.open("kept", BOTH, service.here(), kept());
            process.open("bare", BOTH, service.here());
            process.open("default", BOTH, service.here(), Map.of("default", true));
            try {
                running.stays("everything", before);
                running.stays("bare", before);
                look.at(process);
            } finally {
                up.go();
            }
            table.start(row);
            long up0 = System.nanoTime();
            nextOfBoth();
            running.awaitsNewest(service);
            process.awaitsNewest(service);
            System.out.printf(
                    "%s: all at the next version %.1f s after its end%n", row, (System.nanoTime() - up0) / 1e9);
            process.closeWithoutTrace(STARTED.toArray(String[]::new));
        }
        assertNothingGrows();
        table.running(row);
    }

    private void assertNothingGrows() {
        await().atMost(WatcherProcess.BOUND)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> {
                    JsonNode count = running.count();
                    assertThat(count.path("threads").asInt())
                            .as("threads: %s", count)
                            .isLessThanOrEqualTo(threads + 3);
                    assertThat(count.path("handles").asInt())
                            .as("handles: %s", count)
                            .isLessThanOrEqualTo(handles + 4);
                    assertThat(count.path("slowestMs").asLong())
                            .as("ms, the slowest read of a value")
                            .isLessThan(1_000);
                });
    }

    private void sees(WatcherProcess process, String client, String source) {
        for (String topic : BOTH) {
            process.awaits(client, topic, source, source.equals("DEFAULT") ? 0 : service.newest(topic));
        }
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
