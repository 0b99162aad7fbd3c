package io.octavo.server.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.Patience;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SchemaIT {
    private final CassandraConfig config = TestCassandra.config(TestCassandra.shared());

    @Test
    void severalNodesThatStartAtOnceMakeOneSchema() throws Exception {
        int nodes = 5;
        ExecutorService executor = Executors.newFixedThreadPool(nodes);
        try {
            List<Future<Long>> epochs = new ArrayList<>();
            for (int i = 0; i < nodes; i++) {
                epochs.add(executor.submit(() -> {
                    try (CassandraStore store = TestCassandra.open(config)) {
                        return store.log().epoch();
                    }
                }));
            }
            long epoch = epochs.get(0).get();
            for (Future<Long> other : epochs) {
                assertThat(other.get()).isEqualTo(epoch);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void aSecondStartFindsTheSameEpochAndChangesNothing() {
        long epoch;
        try (CassandraStore store = TestCassandra.open(config)) {
            epoch = store.log().epoch();
        }
        try (CassandraStore store = TestCassandra.open(config)) {
            assertThat(store.log().epoch()).isEqualTo(epoch);
        }
    }

    @Test
    void aNodeThatDiedBetweenAFileAndItsRecordIsRepeatedByTheNext() {
        try (CqlSession session = CassandraSessions.open(config, Instant.now())) {
            new Schema(session, config, Schema.FILES).bringUpToDate(patience());
            session.execute("DELETE FROM " + config.keyspace() + ".schema_files WHERE name = '002_payloads'");

            new Schema(session, config, Schema.FILES).bringUpToDate(patience());

            assertThat(session.execute("SELECT name FROM " + config.keyspace() + ".schema_files")
                            .all())
                    .extracting(row -> row.getString("name"))
                    .containsExactlyInAnyOrderElementsOf(Schema.FILES);
        }
    }

    @Test
    void anotherFileUnderTheSameNameIsRefused() {
        try (CqlSession session = CassandraSessions.open(config, Instant.now())) {
            new Schema(session, config, Schema.FILES).bringUpToDate(patience());
            session.execute(
                    "UPDATE " + config.keyspace() + ".schema_files SET sha256 = 'other' WHERE name = '001_topic_log'");

            assertThatThrownBy(() -> new Schema(session, config, Schema.FILES).bringUpToDate(patience()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("001_topic_log")
                    .hasMessageContaining(config.keyspace());
        }
    }

    @Test
    void theServersSettingsAreAsTheLogNeedsThem() {
        try (CqlSession session = CassandraSessions.open(config, Instant.now())) {
            ServerChecks.check(session, config.localDatacenter());
            assertThat(session.getContext().getProtocolVersion().getCode()).isEqualTo(4);
        }
    }

    @Test
    void aServerThatCouldLoseCommitsIsRefused() {
        assertThatThrownBy(() -> ServerChecks.check("a:9042", Map.of("paxos_variant", "v1", "commitlog_sync", "batch")))
                .hasMessageContaining("a:9042")
                .hasMessageContaining("paxos_variant: v1 (expected: v2)");
        assertThatThrownBy(
                        () -> ServerChecks.check("a:9042", Map.of("paxos_variant", "v2", "commitlog_sync", "periodic")))
                .hasMessageContaining("commitlog_sync: periodic (expected: batch or group)");
        assertThatThrownBy(() -> ServerChecks.check("a:9042", Map.of("commitlog_sync", "group")))
                .hasMessageContaining("(not set)");
    }

    private static Patience patience() {
        return BoundedPatience.within(Duration.ofSeconds(30)).get();
    }
}
