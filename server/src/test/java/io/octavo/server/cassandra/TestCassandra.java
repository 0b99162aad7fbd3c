package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.local.LocalCassandra;
import io.octavo.server.topic.BoundedPatience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** One real Cassandra for all integration tests of this run; it ends with the process that runs them. */
public final class TestCassandra {
    /** A read that passes more rows than this that were deleted is refused; elsewhere Cassandra allows 100,000. */
    static final int MOST_DELETED_ROWS = 3_000;

    private static final AtomicInteger KEYSPACES = new AtomicInteger();

    private TestCassandra() {}

    private static final class Shared {
        // A schema is made in half of the time, for it is lost if this one is killed, which nobody does.
        private static final LocalCassandra CASSANDRA =
                start(Map.of("cassandra.test.flush_local_schema_changes", "false"));
    }

    public static LocalCassandra shared() {
        return Shared.CASSANDRA;
    }

    /** Starts one of its own, for a test that kills it. */
    public static LocalCassandra start() {
        return start(Map.of());
    }

    private static LocalCassandra start(Map<String, String> properties) {
        try {
            LocalCassandra cassandra = LocalCassandra.start(
                    Files.createTempDirectory(Path.of("target"), "cassandra"),
                    Map.of("tombstone_failure_threshold", Integer.toString(MOST_DELETED_ROWS)),
                    properties);
            cassandra.awaitReady(Duration.ofSeconds(60));
            return cassandra;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a Cassandra is, with a keyspace that no other test uses. */
    public static CassandraConfig config(LocalCassandra cassandra) {
        return config(cassandra, "octavo_" + KEYSPACES.incrementAndGet());
    }

    public static CassandraConfig config(LocalCassandra cassandra, String keyspace) {
        return new CassandraConfig(
                List.of("127.0.0.1:" + cassandra.port()),
                LocalCassandra.DATACENTRE,
                keyspace,
                "1",
                "",
                "",
                Duration.ofSeconds(12));
    }

    public static CassandraStore open(CassandraConfig config) {
        return open(config, new SimpleMeterRegistry());
    }

    public static CassandraStore open(CassandraConfig config, MeterRegistry meters) {
        return CassandraStore.open(
                config, InstantSource.system(), meters, BoundedPatience.within(Duration.ofSeconds(30)));
    }

    /** The ids of all direct payloads that a keyspace has. */
    public static Set<Long> payloadIds(CassandraConfig config) {
        return with(config, session -> {
            Set<Long> ids = new HashSet<>();
            session.execute("SELECT DISTINCT payload_id FROM " + config.keyspace() + ".direct_payloads")
                    .forEach(row -> ids.add(row.getLong(0)));
            return ids;
        });
    }

    /** Takes all leases away from whoever has them, so that nobody waits until they lapse. */
    public static void freeLeases(CassandraConfig config) {
        String leases = config.keyspace() + ".leases";
        with(config, session -> {
            session.execute("SELECT name FROM " + leases)
                    .forEach(row ->
                            session.execute("DELETE FROM " + leases + " WHERE name = ? IF EXISTS", row.getString(0)));
            return leases;
        });
    }

    private static <T> T with(CassandraConfig config, Function<CqlSession, T> calls) {
        try (CqlSession session = CassandraSessions.open(config, Instant.now())) {
            return calls.apply(session);
        }
    }
}
