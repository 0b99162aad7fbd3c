package io.octavo.server.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.local.LocalCassandra;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.server.topic.Commit;
import io.octavo.server.topic.OutcomeUnknown;
import io.octavo.server.topic.TopicLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** On native protocol V5, a CAS time-out cost the driver its connection; on V4 it must not. */
class CasTimeoutIT {
    private static final int WRITERS = 64;
    private static final int TIMEOUTS_WANTED = 5;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AtomicInteger timeouts = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();

    @Test
    void aPlainReadWorksRightAfterACasTimeout() throws Exception {
        LocalCassandra cassandra = withTheShortestTimeouts();
        ExecutorService executor = Executors.newFixedThreadPool(WRITERS);
        try (CassandraStore store = TestCassandra.open(config(cassandra), meters)) {
            AtomicBoolean go = new AtomicBoolean(true);
            for (int i = 0; i < WRITERS; i++) {
                executor.execute(() -> writeUntilEnoughTimeouts(store.log(), go));
            }
            executor.shutdown();
            assertThat(executor.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            executor.shutdownNow();
            cassandra.close();
        }
        assertThat(timeouts).hasValueGreaterThanOrEqualTo(TIMEOUTS_WANTED);
        assertThat(reads).hasValue(timeouts.get());
        assertThat(meters.find("octavo.cassandra").tag("call", "head").timers())
                .as("reads, the first try of each")
                .extracting(timer -> timer.getId().getTag("outcome"))
                .containsExactly("ok");
        assertThat(meters.find("octavo.cassandra").tag("outcome", "WriteTimeoutException").timers().stream()
                        .mapToLong(Timer::count)
                        .sum())
                .as("time-outs said by Cassandra")
                .isPositive();
    }

    /**
     * With the shortest time-outs of writes that Cassandra accepts: writers that meet on one topic run into them. Reads
     * have almost as long as the driver waits, so that a busy machine alone makes none fail.
     */
    private static LocalCassandra withTheShortestTimeouts() throws IOException {
        Path folder = Files.createTempDirectory(Path.of("target"), "cassandra");
        try (LocalCassandra patient = LocalCassandra.start(folder)) {
            patient.awaitReady(Duration.ofSeconds(60));
            TestCassandra.open(config(patient)).close();
        }
        LocalCassandra cassandra = LocalCassandra.start(
                folder,
                Map.of(
                        "cas_contention_timeout", "10ms",
                        "write_request_timeout", "10ms",
                        "read_request_timeout", "11s"));
        cassandra.awaitReady(Duration.ofSeconds(60));
        return cassandra;
    }

    private static CassandraConfig config(LocalCassandra cassandra) {
        return TestCassandra.config(cassandra, "contended");
    }

    private void writeUntilEnoughTimeouts(TopicLog log, AtomicBoolean go) {
        while (go.get()) {
            try {
                log.tryCommit(commit(1));
            } catch (OutcomeUnknown e) {
                assertThat(e.mayBeApplied()).isTrue();
                if (timeouts.incrementAndGet() >= TIMEOUTS_WANTED) {
                    go.set(false);
                }
                log.head("contended", TopicLog.Read.LOCAL);
                reads.incrementAndGet();
            }
        }
    }

    private static Commit commit(long revision) {
        return new Commit(
                revision - 1,
                TopicHead.newBuilder()
                        .setTopic("contended")
                        .setRevision(revision)
                        .build(),
                List.of(),
                TopicEvent.newBuilder()
                        .setRevision(revision)
                        .setKind(EventKind.SETTINGS_CHANGED)
                        .build(),
                RequestRecord.newBuilder().setKey(UUID.randomUUID().toString()).build(),
                0);
    }
}
