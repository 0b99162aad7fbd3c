package io.octavo.server.cassandra;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchStatementBuilder;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.servererrors.ReadFailureException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.server.payload.UploadLedger;
import io.octavo.server.payload.UploadLedgerContract;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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

    /** Cassandra refuses a read that passes more deleted rows than its threshold. */
    @Test
    void whatWasStruckOffKeepsNobodyFromWhatIsThere() {
        LocalDate day = LocalDate.of(2026, 3, 1);
        Instant noon = Instant.parse("2026-03-01T12:00:00Z");
        UploadLedger ledger = ledger(() -> noon);
        ledger.started("a", Long.MAX_VALUE, true);
        assertThat(ledger.days()).containsExactly(day);
        strikeOff(day, 2 * TestCassandra.MOST_DELETED_ROWS);
        String all = "SELECT upload_id FROM " + config.keyspace() + ".uploads WHERE day = '" + day + "'";
        assertThatThrownBy(() -> session.execute(all)).isInstanceOf(ReadFailureException.class);

        assertThat(ledger.days()).containsExactly(day);
        List<UploadLedger.Upload> uploads = new ArrayList<>();
        ledger.visit(day, uploads::add);
        assertThat(uploads).extracting(UploadLedger.Upload::uploadId).containsExactly(Long.MAX_VALUE);
        ledger.removeIfEmpty(day);
        assertThat(daysListed()).isEqualTo(1);
        ledger.remove(uploads.get(0));
        ledger.removeIfEmpty(day);
        assertThat(daysListed()).isZero();
    }

    private static void strikeOff(LocalDate day, int count) {
        PreparedStatement delete =
                session.prepare("DELETE FROM " + config.keyspace() + ".uploads WHERE day = ? AND upload_id = ?");
        int perBatch = 500;
        for (int from = 0; from < count; from += perBatch) {
            BatchStatementBuilder batch = BatchStatement.builder(BatchType.UNLOGGED);
            for (int i = from; i < from + perBatch; i++) {
                batch.addStatement(delete.bind(day, Long.MAX_VALUE / count * i));
            }
            session.execute(batch.build());
        }
    }

    private static long daysListed() {
        return requireNonNull(session.execute("SELECT count(*) FROM " + config.keyspace() + ".upload_days")
                        .one())
                .getLong(0);
    }

    @Test
    void whatWasStruckOffIsForgottenWithinHours() {
        for (String table : List.of("uploads", "payload_repairs")) {
            assertThat(requireNonNull(session.execute(
                                            "SELECT gc_grace_seconds FROM system_schema.tables WHERE keyspace_name = ?"
                                                    + " AND table_name = ?",
                                            config.keyspace(),
                                            table)
                                    .one())
                            .getInt(0))
                    .as(table)
                    .isEqualTo(3 * 3_600);
        }
    }

    @Override
    protected UploadLedger ledger(InstantSource clock) {
        for (String table : List.of("uploads", "upload_days")) {
            session.execute("TRUNCATE " + config.keyspace() + "." + table);
        }
        return new CassandraUploadLedger(
                new Calls(session, new SimpleMeterRegistry()), config.keyspace(), () -> "ours", clock);
    }
}
