package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.octavo.server.nodes.NodeTable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The nodes in the table {@code nodes}. Rows carry the coordinator's time, by which the nodes' clocks are judged. */
final class CassandraNodeTable implements NodeTable {
    private final Calls calls;
    private final Prepared insert;
    private final Prepared select;
    private final Prepared delete;

    CassandraNodeTable(Calls calls, String keyspace) {
        this.calls = calls;
        String table = keyspace + ".nodes";
        insert = prepare("INSERT INTO " + table
                + " (node, roles, region, http, grpc, started, clock) VALUES (?, ?, ?, ?, ?, ?, ?)");
        select = prepare(
                "SELECT node, roles, region, http, grpc, started, clock, writetime(clock) AS written FROM " + table);
        delete = prepare("DELETE FROM " + table + " WHERE node = ?");
    }

    @Override
    public void write(Node node, Instant itsClock) {
        calls.repeatable(
                "write-node",
                insert.bind(
                        node.node(), node.roles(), node.region(), node.http(), node.grpc(), node.started(), itsClock));
    }

    @Override
    public List<Sighting> read() {
        List<Sighting> sightings = new ArrayList<>();
        for (Row row : calls.repeatable("read-nodes", select.bind())) {
            Instant clock = row.getInstant("clock");
            if (clock != null) {
                Instant written = Instant.EPOCH.plus(
                        TimeUnit.MICROSECONDS.toMillis(row.getLong("written")), java.time.temporal.ChronoUnit.MILLIS);
                sightings.add(new Sighting(
                        node(row), written, Duration.between(written, clock).toMillis()));
            }
        }
        return sightings;
    }

    @Override
    public void remove(String node) {
        calls.repeatable("remove-node", delete.bind(node));
    }

    private static Node node(Row row) {
        return new Node(
                text(row, "node"),
                text(row, "roles"),
                text(row, "region"),
                text(row, "http"),
                text(row, "grpc"),
                Objects.requireNonNullElse(row.getInstant("started"), Instant.EPOCH));
    }

    private static String text(Row row, String column) {
        return Objects.requireNonNullElse(row.getString(column), "");
    }

    private Prepared prepare(String query) {
        return calls.prepare(SimpleStatement.newInstance(query).setIdempotent(true));
    }
}
