package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.EventKind;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.server.cassandra.CassandraConfig;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.cassandra.TestCassandra;
import io.octavo.server.lease.LeaseTable;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.ChangeAnnouncer;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.HoldVersion;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.util.unit.DataSize;

/** Two housekeeping nodes on a real Cassandra, in real time. */
@Timeout(120)
class ExpiryIT {
    private static final Duration LEASE = Duration.ofSeconds(3);
    /** An interval of the task, and what a busy machine adds. */
    private static final Duration SOON = Duration.ofSeconds(10);

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final HousekeepingConfig CONFIG = new HousekeepingConfig(
            LEASE,
            Duration.ofMillis(200),
            Duration.ofMinutes(1),
            new HousekeepingConfig.Expiry(Duration.ofSeconds(1), Duration.ofMinutes(10)),
            new HousekeepingConfig.Sweep(
                    Duration.ofMinutes(10), Duration.ofHours(24), 50, Duration.ofHours(24), 100, Duration.ofDays(400)),
            new HousekeepingConfig.Repair(Duration.ofMinutes(1), Duration.ofHours(24), 50, DataSize.ofMegabytes(64)),
            new HousekeepingConfig.Export(
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(10),
                    Duration.ofMinutes(10),
                    1000,
                    Duration.ofMinutes(5)));

    private final String topic = "expiry-" + UUID.randomUUID();
    private volatile CountDownLatch frozen = new CountDownLatch(0);
    private Node a;
    private Node b;

    /** A node of its own session, whose calls to the stores can be held up. */
    private static final class Node implements AutoCloseable {
        private final CassandraStore store;
        private final ChangeAnnouncer announcer;
        private final TopicCommits commits;
        private final Housekeeping housekeeping;

        Node(String name, CassandraConfig config, Consumer<String> hook) {
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            InstantSource clock = InstantSource.system();
            store = TestCassandra.open(config);
            announcer = new ChangeAnnouncer(
                    store.changes(), BoundedPatience.within(Duration.ofSeconds(10)), Duration.ofSeconds(1), meters);
            TopicLog log = Interposed.of(TopicLog.class, store.log(), hook);
            commits = new TopicCommits(
                    log, () -> {}, announcer, clock, BoundedPatience.within(Duration.ofSeconds(10)), meters);
            housekeeping = new Housekeeping(
                    List.of(new ExpiryTask(log, store.changes(), commits, CONFIG.expiry(), clock)),
                    Interposed.of(LeaseTable.class, store.leases(), hook),
                    name,
                    CONFIG,
                    () -> {},
                    clock,
                    System::nanoTime,
                    new Random(),
                    meters);
            housekeeping.start();
        }

        boolean leads() {
            return housekeeping.leads("expiry");
        }

        @Override
        public void close() {
            housekeeping.close();
            announcer.close();
            store.close();
        }
    }

    @BeforeEach
    void start() {
        CassandraConfig config = TestCassandra.config(TestCassandra.shared());
        a = new Node("a", config, step -> thaw());
        await().atMost(LONG).until(a::leads);
        b = new Node("b", config, step -> {});
        commit(new PublishVersion(
                List.of(Part.getDefaultInstance()), Map.of(), List.of(Scopes.GLOBAL), null, false, null, 0, ""));
    }

    @AfterEach
    void stop() {
        frozen.countDown();
        a.close();
        b.close();
    }

    @Test
    void aPinAndAHoldAreGoneSoonAfterTheirExpiryByOneEventEach() {
        Instant expiry = pin();
        commit(new HoldVersion(1, null, "audit", expiry.toEpochMilli()));
        awaitGone(expiry.plus(SOON));
        await().atMost(LONG).until(() -> head().getHoldsCount() == 0);
        assertOneUnpin();
        assertThat(b.leads()).isFalse();
    }

    @Test
    void theOtherNodeTakesOverFromOneThatStops() {
        a.close();
        Instant expiry = pin();
        awaitGone(expiry.plus(SOON));
        assertThat(b.leads()).isTrue();
        assertOneUnpin();
    }

    @Test
    void theOtherNodeTakesOverFromOneThatIsFrozenWhichDoesNoHarmWhenItGoesOn() {
        frozen = new CountDownLatch(1);
        Instant expiry = pin();
        awaitGone(expiry.plus(LONG));
        assertThat(b.leads()).isTrue();
        frozen.countDown();
        await().atMost(LONG).until(() -> a.housekeeping.tasks().get(0).leader().equals("b"));
        assertOneUnpin();
    }

    private void thaw() {
        try {
            frozen.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Pins for longer than a busy machine takes to commit it; tells when it expires. */
    private Instant pin() {
        Instant expiry = Instant.now().plusSeconds(5);
        commit(new PinScope(Scopes.GLOBAL, 1, "incident", expiry.toEpochMilli()));
        assertThat(head().getPinsCount()).isEqualTo(1);
        return expiry;
    }

    private void awaitGone(Instant deadline) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> head().getPinsCount() == 0);
        TopicEvent unpinned = unpins().get(0);
        assertThat(Instant.ofEpochMilli(unpinned.getAtMs())).isBefore(deadline);
    }

    private void assertOneUnpin() {
        assertThat(unpins()).singleElement().satisfies(event -> {
            assertThat(event.getBy()).isEqualTo("octavo:expiry");
            assertThat(event.getReason()).isEqualTo("expired: incident");
        });
    }

    private List<TopicEvent> unpins() {
        return b.store.log().eventsBelow(topic, Long.MAX_VALUE, 100).stream()
                .filter(event -> event.getKind() == EventKind.UNPINNED)
                .toList();
    }

    /** By node b, which is never frozen. */
    private void commit(Command command) {
        b.commits.commit(topic, command, "tester", null);
    }

    private TopicHead head() {
        return requireNonNull(b.store.log().head(topic, Read.SERIAL));
    }
}
