package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.server.payload.UploadLedger;
import io.octavo.server.payload.UploadLedgerContract;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class CassandraUploadLedgerIT extends UploadLedgerContract {
    private static CassandraConfig config;
    private static CqlSession session;

    @BeforeAll
    static void open() {
        config = TestCassandra.config(TestCassandra.shared());
        TestCassandra.open(config).close();
        session = CassandraSessions.open(config, Instant.EPOCH);
    }

    @AfterAll
    static void close() {
        session.close();
    }

    @Override
    protected UploadLedger ledger(InstantSource clock) {
        session.execute("TRUNCATE " + config.keyspace() + ".uploads");
        return new CassandraUploadLedger(
                new Calls(session, new SimpleMeterRegistry()), config.keyspace(), () -> "ours", clock);
    }
}
