package io.octavo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * More listeners that block for a minute, and until they are released, than the client has threads for its own work: some at the first
 * value, some at the next.
 */
final class BlockingListeners implements AutoCloseable {
    static final String ROW = "listener blocks for 60 s";

    private static final List<String> BLOCKED =
            List.of("blocked.1", "blocked.2", "blocked.3", "blocked.4", "blocked.5", "blocked.6");
    private static final String FREE = "large.free";
    private static final Duration BLOCKS = Duration.ofSeconds(60);
    private static final Duration WAIT = Duration.ofMillis(500);

    private final BreakableService service;
    private final FaultTable table;
    private final WatcherProcess process;
    private final long since;

    BlockingListeners(BreakableService service, FaultTable table, Path folder) throws Exception {
        this.service = service;
        this.table = table;
        this.process = WatcherProcess.start(folder, "blocked", List.of(), Map.of());
        BLOCKED.forEach(service::next);
        this.since = System.nanoTime();
        for (int at = 1; at <= 2; at++) {
            process.open(
                    "at-" + at,
                    Set.copyOf(BLOCKED),
                    service.here(),
                    Map.of("blocks", BLOCKS.toSeconds(), "blocksAt", at));
        }
    }

    /** While they block. */
    void block() throws Exception {
        String one = BLOCKED.get(0);
        for (String topic : BLOCKED) {
            process.awaits("at-1", topic, "SERVICE", 1);
            process.awaits("at-2", topic, "SERVICE", 1);
        }
        JsonNode waited = process.waits("at-1", one, WAIT);
        assertThat(waited.path("version").asLong())
                .as("a value that the listeners haven't seen")
                .isEqualTo(1);
        assertThat(waited.path("tookMs").asLong()).isGreaterThanOrEqualTo(WAIT.toMillis() - 1);
        table.start(ROW, "`get()` has the value", "`awaitValue` waits its time for the listener and then answers too");
        BLOCKED.forEach(service::next);
        for (String topic : BLOCKED) {
            // Its listener blocks from now on; but the value is there.
            process.awaits("at-2", topic, "SERVICE", 2);
        }
        BLOCKED.forEach(service::next);
        process.tell("subscribe", Map.of("name", "at-1", "topic", FREE));
        process.tell("subscribe", Map.of("name", "at-2", "topic", FREE));
        for (int i = 0; i < 2; i++) {
            service.next(FREE);
            process.awaits("at-1", FREE, "SERVICE", service.newest(FREE));
            process.awaits("at-2", FREE, "SERVICE", service.newest(FREE));
        }
        for (String topic : BLOCKED) {
            for (int at = 1; at <= 2; at++) {
                JsonNode seen = process.see().path("at-" + at).path(topic);
                assertThat(seen.path("version").asLong())
                        .as("stays while its listener is busy with it: %s", seen)
                        .isEqualTo(at);
            }
        }
        table.start(ROW, "Other subscriptions go on");
        table.running(ROW, "others go on");
    }

    /** When they have gone on. */
    void goOn() throws Exception {
        await().atMost(BLOCKS).until(() -> System.nanoTime() - since > BLOCKS.toNanos());
        for (int at = 1; at <= 2; at++) {
            process.tell("release", Map.of("name", "at-" + at));
        }
        process.awaitsNewest(service);
        process.closeWithoutTrace();
        table.running(
                ROW, "Its own subscription stays at that version until the listener returns, then takes the newest");
    }

    @Override
    public void close() {
        process.close();
    }
}
