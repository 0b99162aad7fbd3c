package io.octavo.server.cassandra;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.local.LocalCassandra;
import io.octavo.protocol.Part;
import io.octavo.protocol.Scope;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.reads.Freshness;
import io.octavo.server.reads.Reads;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicRows;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Cassandra is killed with SIGKILL at random moments while commits are in flight. What was acknowledged must be there;
 * what was not must be there once when it is repeated with its key.
 */
class KilledCassandraIT {
    private static final int KILLS = 5;
    private static final int WRITERS = 40;
    private static final int LEAST_IN_FLIGHT = 30;
    private static final int TOPICS = 20;
    private static final Freshness STRICT = new Freshness(0, true);

    private final Map<Attempt, Long> acknowledged = new ConcurrentHashMap<>();
    private final Set<Attempt> unacknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger numbers = new AtomicInteger();

    private record Attempt(String topic, String key) {}

    @Test
    void whatWasAcknowledgedIsThereAndTheRestExactlyOnceWhenRepeated() throws Exception {
        long seed = Long.getLong("octavo.seed", new Random().nextLong());
        Random random = new Random(seed);
        LocalCassandra cassandra = TestCassandra.start();
        List<Integer> inFlightAtKills = new ArrayList<>();
        try (CassandraStore store = TestCassandra.open(TestCassandra.config(cassandra));
                Reads reads = new Reads(store.log(), topic -> null, head -> {}, new SimpleMeterRegistry())) {
            for (int kill = 0; kill < KILLS; kill++) {
                inFlightAtKills.add(killWhileWriting(store, cassandra, random));
                assertStrictReadsAreRefusedInTime(reads);
                cassandra.restart();
                cassandra.awaitReady(Duration.ofSeconds(60));
                awaitAnswer(store);
                assertThat(reads.fresh().await("killed-0", STRICT))
                        .as("healed by itself")
                        .isNotNull();
            }
            int open = unacknowledged.size();
            repeatWhatWasNotAcknowledged(store);
            String description = "octavo.seed=" + seed + ", in flight at the kills: " + inFlightAtKills
                    + ", acknowledged: " + acknowledged.size() + ", not acknowledged: " + open;
            System.out.println("killed Cassandra: " + description);
            assertThat(open).as(description).isPositive();
            assertThat(inFlightAtKills).as(description).allMatch(count -> count >= LEAST_IN_FLIGHT);
            assertEachVersionIsThereOnce(store.log(), description);
        } finally {
            cassandra.close();
        }
    }

    private static void assertStrictReadsAreRefusedInTime(Reads reads) {
        long start = System.nanoTime();
        assertThatThrownBy(() -> reads.fresh().await("killed-0", STRICT))
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
    }

    private static void awaitAnswer(CassandraStore store) {
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> store.log().head("any", TopicLog.Read.SERIAL) == null);
    }

    private int killWhileWriting(CassandraStore store, LocalCassandra cassandra, Random random) throws Exception {
        AtomicBoolean go = new AtomicBoolean(true);
        // The patience is short, so that a writer gives up while Cassandra is away.
        TopicCommits commits = commits(store, Duration.ofMillis(300));
        ExecutorService executor = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<?>> writers = new ArrayList<>();
            int before = acknowledged.size();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(executor.submit(() -> write(commits, go)));
            }
            // Not before the writers are at full speed, on a new connection.
            await().until(() -> acknowledged.size() >= before + WRITERS);
            TimeUnit.MILLISECONDS.sleep(random.nextInt(300));
            while (inFlight.get() < LEAST_IN_FLIGHT) {
                Thread.onSpinWait();
            }
            int atKill = inFlight.get();
            cassandra.kill();
            go.set(false);
            for (Future<?> writer : writers) {
                writer.get();
            }
            return atKill;
        } finally {
            executor.shutdownNow();
        }
    }

    private void write(TopicCommits commits, AtomicBoolean go) {
        while (go.get()) {
            int number = numbers.incrementAndGet();
            Attempt attempt = new Attempt("killed-" + number % TOPICS, "key-" + number);
            inFlight.incrementAndGet();
            try {
                acknowledged.put(attempt, publish(commits, attempt));
            } catch (ServiceException e) {
                unacknowledged.add(attempt);
            } finally {
                inFlight.decrementAndGet();
            }
        }
    }

    private void repeatWhatWasNotAcknowledged(CassandraStore store) {
        TopicCommits commits = commits(store, Duration.ofSeconds(30));
        for (Attempt attempt : unacknowledged) {
            acknowledged.put(attempt, publish(commits, attempt));
        }
    }

    private void assertEachVersionIsThereOnce(TopicLog log, String description) {
        for (int i = 0; i < TOPICS; i++) {
            String topic = "killed-" + i;
            Map<String, Long> expected = new ConcurrentHashMap<>();
            acknowledged.forEach((attempt, version) -> {
                if (attempt.topic().equals(topic)) {
                    expected.put(attempt.key(), version);
                }
            });
            List<VersionRecord> rows = log.versionsBelow(topic, Long.MAX_VALUE, 100_000, TopicLog.Read.SERIAL);
            assertThat(rows).as(description).hasSameSizeAs(expected.keySet());
            for (VersionRecord row : rows) {
                assertThat(expected).as(description).containsEntry(row.getMetadataOrThrow("key"), row.getVersion());
            }
            TopicRows.assertHeadIsTheFoldOfItsRows(log, topic, description);
        }
    }

    private static long publish(TopicCommits commits, Attempt attempt) {
        Committed committed = commits.commit(
                attempt.topic(),
                new PublishVersion(
                        List.of(Part.getDefaultInstance()),
                        Map.of("key", attempt.key()),
                        List.of(Scope.getDefaultInstance()),
                        null,
                        false,
                        null,
                        0,
                        ""),
                "tester",
                attempt.key());
        return requireNonNull(committed.version()).getVersion();
    }

    private static TopicCommits commits(CassandraStore store, Duration patience) {
        return new TopicCommits(
                store.log(),
                () -> {},
                head -> {},
                InstantSource.system(),
                BoundedPatience.within(patience),
                new SimpleMeterRegistry());
    }
}
