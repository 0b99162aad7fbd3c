package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ResultSet;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.octavo.server.lease.LeaseTable;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Leases in the table {@code leases}. Conditions are decided at SERIAL, and the outcome is durable at LOCAL_QUORUM. */
final class CassandraLeaseTable implements LeaseTable {
    /** Above Cassandra's own time-out of conditional writes, and well below a lease. */
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    private static final String COLUMNS = "holder, process, generation, counter, since";

    private final Calls calls;
    private final Prepared select;
    private final Prepared selectAll;
    private final Prepared insert;
    private final Prepared update;

    CassandraLeaseTable(Calls calls, String keyspace) {
        this.calls = calls;
        String table = keyspace + ".leases";
        select = prepareRead("SELECT " + COLUMNS + " FROM " + table + " WHERE name = ?");
        selectAll = prepareRead("SELECT name, " + COLUMNS + " FROM " + table);
        insert = calls.prepare(SimpleStatement.newInstance(
                "INSERT INTO " + table + " (name, " + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?) IF NOT EXISTS"));
        update = calls.prepare(SimpleStatement.newInstance(
                "UPDATE " + table + " SET holder = ?, process = ?, generation = ?, counter = ?, since = ?"
                        + " WHERE name = ?"
                        + " IF holder = ? AND process = ? AND generation = ? AND counter = ? AND since = ?"));
    }

    @Override
    public @Nullable Row read(String lease) {
        var row = calls.repeatable(
                        "read-lease",
                        select.bind(lease)
                                .setConsistencyLevel(ConsistencyLevel.SERIAL)
                                .setTimeout(TIMEOUT))
                .one();
        return row == null ? null : row(row);
    }

    @Override
    public Map<String, Row> all() {
        Map<String, Row> rows = new HashMap<>();
        for (var row : calls.repeatable("read-leases", selectAll.bind().setTimeout(TIMEOUT))) {
            rows.put(Objects.requireNonNull(row.getString("name")), row(row));
        }
        return rows;
    }

    @Override
    public @Nullable Row replace(String lease, @Nullable Row expected, Row next) {
        Instant since = Instant.ofEpochMilli(next.sinceMillis());
        BoundStatement write = expected == null
                ? insert.bind(lease, next.holder(), next.process(), next.generation(), next.counter(), since)
                : update.bind(
                        next.holder(),
                        next.process(),
                        next.generation(),
                        next.counter(),
                        since,
                        lease,
                        expected.holder(),
                        expected.process(),
                        expected.generation(),
                        expected.counter(),
                        Instant.ofEpochMilli(expected.sinceMillis()));
        ResultSet result = calls.once(
                "write-lease",
                write.setSerialConsistencyLevel(ConsistencyLevel.SERIAL)
                        .setConsistencyLevel(ConsistencyLevel.LOCAL_QUORUM)
                        .setIdempotent(false)
                        .setTimeout(TIMEOUT));
        if (result.wasApplied()) {
            return next;
        }
        var standing = result.one();
        boolean there = standing != null && standing.getColumnDefinitions().contains("holder");
        return there ? row(standing) : null;
    }

    private Prepared prepareRead(String query) {
        return calls.prepare(SimpleStatement.newInstance(query).setIdempotent(true));
    }

    private static Row row(com.datastax.oss.driver.api.core.cql.Row row) {
        Instant since = Objects.requireNonNullElse(row.getInstant("since"), Instant.EPOCH);
        return new Row(
                Objects.requireNonNullElse(row.getString("holder"), ""),
                Objects.requireNonNullElse(row.getUuid("process"), new UUID(0, 0)),
                row.getLong("generation"),
                row.getLong("counter"),
                since.toEpochMilli());
    }
}
