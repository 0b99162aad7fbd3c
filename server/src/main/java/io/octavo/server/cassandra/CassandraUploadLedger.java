package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.octavo.server.payload.UploadLedger;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** The ledger in the table {@code uploads}, by day. */
final class CassandraUploadLedger implements UploadLedger {
    private final Calls calls;
    private final InstantSource clock;
    private final PreparedStatement insert;

    CassandraUploadLedger(Calls calls, String keyspace, InstantSource clock) {
        this.calls = calls;
        this.clock = clock;
        insert = calls.session()
                .prepare(SimpleStatement.newInstance("INSERT INTO " + keyspace
                                + ".uploads (day, upload_id, topic, direct, started) VALUES (?, ?, ?, ?, ?)")
                        .setIdempotent(true));
    }

    @Override
    public void started(String topic, long uploadId, boolean direct) {
        Instant now = clock.instant();
        calls.repeatable(
                "upload-started", insert.bind(LocalDate.ofInstant(now, ZoneOffset.UTC), uploadId, topic, direct, now));
    }
}
