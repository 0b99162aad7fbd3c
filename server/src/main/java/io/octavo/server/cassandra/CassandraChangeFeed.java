package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.uuid.Uuids;
import io.octavo.server.topic.ChangeFeed;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The change feed in the table {@code changes}, whose rows live for an hour. */
final class CassandraChangeFeed implements ChangeFeed {
    private final Calls calls;
    private final InstantSource clock;
    private final Prepared insert;
    private final Prepared select;

    CassandraChangeFeed(Calls calls, String keyspace, InstantSource clock) {
        this.calls = calls;
        this.clock = clock;
        insert = calls.prepare(SimpleStatement.newInstance(
                        "INSERT INTO " + keyspace + ".changes (bucket, at, topic, revision) VALUES (?, ?, ?, ?)")
                .setIdempotent(true));
        select = calls.prepare(
                SimpleStatement.newInstance("SELECT at, topic, revision FROM " + keyspace + ".changes WHERE bucket = ?")
                        .setIdempotent(true));
    }

    @Override
    public void append(String topic, long revision) {
        calls.repeatable(
                "append-change", insert.bind(clock.millis() / BUCKET_MILLIS, Uuids.timeBased(), topic, revision));
    }

    @Override
    public List<Change> read(long bucket) {
        List<Change> changes = new ArrayList<>();
        for (Row row : calls.repeatable("read-changes", select.bind(bucket))) {
            UUID at = row.getUuid("at");
            String topic = row.getString("topic");
            if (at != null && topic != null) {
                changes.add(new Change(topic, row.getLong("revision"), Uuids.unixTimestamp(at)));
            }
        }
        return changes;
    }
}
