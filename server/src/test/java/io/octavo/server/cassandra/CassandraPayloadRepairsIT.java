package io.octavo.server.cassandra;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.datastax.oss.driver.api.core.CqlSession;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.server.housekeeping.Housekeeping;
import io.octavo.server.housekeeping.HousekeepingConfig;
import io.octavo.server.housekeeping.PayloadRepair;
import io.octavo.server.housekeeping.Task;
import io.octavo.server.housekeeping.TaskParts;
import io.octavo.server.payload.MissingPayload;
import io.octavo.server.payload.PayloadRepairs;
import io.octavo.server.payload.PayloadRepairs.Kept;
import io.octavo.server.payload.PayloadRepairs.Repair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class CassandraPayloadRepairsIT {
    private static final LocalDate DAY = LocalDate.of(2026, 3, 1);
    private static final ByteString BYTES = ByteString.copyFromUtf8("bytes");

    private static CassandraConfig config;
    private static CassandraStore store;
    private static CqlSession session;

    @BeforeAll
    static void open() {
        config = TestCassandra.config(TestCassandra.shared());
        store = TestCassandra.open(config);
        session = CassandraSessions.open(config, Instant.EPOCH);
    }

    @AfterAll
    static void close() {
        session.close();
        store.close();
    }

    @Test
    void repairsAreFoundByTheirDayUntilTheyAreStruckOff() {
        Instant noted = Instant.parse("2026-03-01T12:00:00Z");
        String table = config.keyspace() + ".payload_repairs";
        session.execute("INSERT INTO " + table + " (day, payload_id, noted) VALUES ('2026-03-01', 1, "
                + noted.toEpochMilli() + ")");
        session.execute("INSERT INTO " + table + " (day, payload_id) VALUES ('2026-03-01', 2)");
        assertThat(repairs().days()).containsExactly(DAY);
        assertThat(all()).containsExactly(new Repair(DAY, 1, noted), new Repair(DAY, 2, null));

        repairs().remove(all().get(0));
        assertThat(all()).containsExactly(new Repair(DAY, 2, null));
        repairs().remove(all().get(0));
        assertThat(all()).isEmpty();
    }

    @Test
    void whatIsWrittenAgainIsWhatWasThere() {
        store.payloads().store(10, BYTES);
        Kept kept = requireNonNull(repairs().read(10));
        repairs().write(10, kept);
        assertThat(repairs().read(10)).isEqualTo(kept);
        assertThat(store.payloads().read(10)).isEqualTo(BYTES);
        assertThat(repairs().read(11)).isNull();
    }

    @Test
    void aRemovalThatComesBetweenReadingAndWritingStands() {
        store.payloads().store(20, BYTES);
        Kept kept = requireNonNull(repairs().read(20));
        store.payloads().delete(20);
        repairs().write(20, kept);
        assertThat(repairs().read(20)).isNull();
        assertThatThrownBy(() -> store.payloads().read(20)).isInstanceOf(MissingPayload.class);
    }

    @Test
    void theTaskOfHousekeepingRepairsWhatIsListed() {
        store.payloads().store(30, BYTES);
        session.execute(
                "INSERT INTO " + config.keyspace() + ".payload_repairs (day, payload_id) VALUES ('2026-03-01', 30)");
        HousekeepingConfig.Repair often = new HousekeepingConfig.Repair(
                Duration.ofMillis(100), Duration.ofHours(24), 50, DataSize.ofMegabytes(64));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Task task =
                new TaskParts("repair", often.interval(), new PayloadRepair(repairs(), InstantSource.system(), meters));
        try (Housekeeping node = new Housekeeping(
                List.of(task),
                store.leases(),
                "node",
                new HousekeepingConfig(
                        Duration.ofSeconds(3),
                        Duration.ZERO,
                        Duration.ofMinutes(1),
                        new HousekeepingConfig.Expiry(Duration.ofSeconds(1), Duration.ofMinutes(1)),
                        new HousekeepingConfig.Sweep(
                                Duration.ofMinutes(1),
                                Duration.ofMinutes(1),
                                1,
                                Duration.ofHours(24),
                                100,
                                Duration.ofDays(400)),
                        often,
                        new HousekeepingConfig.Export(
                                Duration.ofSeconds(5),
                                Duration.ofMinutes(10),
                                Duration.ofMinutes(10),
                                1000,
                                Duration.ofSeconds(30))),
                () -> {},
                InstantSource.system(),
                System::nanoTime,
                new Random(),
                meters)) {
            node.start();
            await().until(() -> all().isEmpty());
        }
        assertThat(store.payloads().read(30)).isEqualTo(BYTES);
        assertThat(meters.get("octavo.gc.repairs")
                        .tag("outcome", "repaired")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(requireNonNull(store.leases().read("repair")).holder())
                .as("given back")
                .isEmpty();
    }

    private static PayloadRepairs repairs() {
        return store.repairs();
    }

    private static List<Repair> all() {
        List<Repair> all = new ArrayList<>();
        repairs().visit(DAY, all::add);
        all.sort(Comparator.comparingLong(Repair::payloadId));
        return all;
    }
}
