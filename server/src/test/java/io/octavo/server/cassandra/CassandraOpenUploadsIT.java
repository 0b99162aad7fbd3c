package io.octavo.server.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.server.payload.OpenUpload;
import io.octavo.server.payload.OpenUploads;
import io.octavo.server.payload.OpenUploadsContract;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CassandraOpenUploadsIT extends OpenUploadsContract {
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
    protected OpenUploads uploads(InstantSource clock) {
        session.execute("TRUNCATE " + config.keyspace() + ".open_uploads");
        return new CassandraOpenUploads(new Calls(session, new SimpleMeterRegistry()), config.keyspace(), clock);
    }

    @Test
    void anEntryGoesAwayWhenItExpires() {
        Instant expires = Instant.EPOCH.plusSeconds(3_600);
        uploads(() -> Instant.EPOCH)
                .putIfAbsent(new OpenUpload(
                        "a", "key", 1, 1 << 20, ByteString.copyFrom(new byte[32]), 8 << 20, Map.of(), expires));
        assertThat(session.execute("SELECT ttl(upload_id) AS left FROM " + config.keyspace() + ".open_uploads")
                        .one()
                        .getInt("left"))
                .isBetween(3_500, 3_600);
    }
}
