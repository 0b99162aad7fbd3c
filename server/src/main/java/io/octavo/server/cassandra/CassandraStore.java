package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.lease.LeaseTable;
import io.octavo.server.nodes.NodeTable;
import io.octavo.server.payload.DirectPayloads;
import io.octavo.server.payload.OpenUploads;
import io.octavo.server.payload.PayloadRepairs;
import io.octavo.server.payload.UploadLedger;
import io.octavo.server.security.TokenStore;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.Patience;
import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Everything that is kept in Cassandra, on one session. */
public final class CassandraStore implements AutoCloseable {
    private final CqlSession session;
    private final TopicLog log;
    private final ChangeFeed changes;
    private final DirectPayloads payloads;
    private final UploadLedger uploads;
    private final OpenUploads openUploads;
    private final NodeTable nodes;
    private final TokenStore tokens;
    private final LeaseTable leases;
    private final PayloadRepairs repairs;

    private CassandraStore(CqlSession session, CassandraConfig config, InstantSource clock, MeterRegistry meters) {
        Calls calls = new Calls(session, meters);
        String keyspace = config.keyspace();
        this.session = session;
        log = new CassandraTopicLog(
                calls, TopicLogStatements.prepare(session, keyspace), epoch(session, keyspace, clock));
        changes = new CassandraChangeFeed(calls, keyspace, clock);
        payloads = new CassandraDirectPayloads(calls, keyspace, clock);
        uploads = new CassandraUploadLedger(calls, keyspace, clock);
        openUploads = new CassandraOpenUploads(calls, keyspace, clock);
        nodes = new CassandraNodeTable(calls, keyspace);
        tokens = new CassandraTokenStore(calls, keyspace);
        leases = new CassandraLeaseTable(calls, keyspace);
        repairs = new CassandraPayloadRepairs(calls, keyspace);
    }

    /**
     * Connects, checks that the servers are set as they must be, and brings the schema up to date. Blocks.
     *
     * @param patience how long another node may take that changes the schema now
     * @throws IllegalStateException if the servers or the schema are not as they must be
     */
    public static CassandraStore open(
            CassandraConfig config, InstantSource clock, MeterRegistry meters, Patience patience) {
        CqlSession session = CassandraSessions.open(config, clock.instant());
        try {
            ServerChecks.check(session, config.localDatacenter());
            new Schema(session, config, Schema.FILES).bringUpToDate(patience);
            return new CassandraStore(session, config, clock, meters);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    public TopicLog log() {
        return log;
    }

    public ChangeFeed changes() {
        return changes;
    }

    public DirectPayloads payloads() {
        return payloads;
    }

    public UploadLedger uploads() {
        return uploads;
    }

    public OpenUploads openUploads() {
        return openUploads;
    }

    public NodeTable nodes() {
        return nodes;
    }

    public TokenStore tokens() {
        return tokens;
    }

    public PayloadRepairs repairs() {
        return repairs;
    }

    public LeaseTable leases() {
        return leases;
    }

    /**
     * Asks the store for a sign of life; blocks, at most for the time given.
     *
     * @throws RuntimeException saying why there is none
     */
    public void check(Duration longest) {
        session.execute(SimpleStatement.newInstance("SELECT release_version FROM system.local")
                .setTimeout(longest)
                .setIdempotent(true));
    }

    @Override
    public void close() {
        session.close();
    }

    private static long epoch(CqlSession session, String keyspace, InstantSource clock) {
        Row row = installation(session, keyspace);
        if (row == null) {
            session.execute(SimpleStatement.newInstance(
                    "INSERT INTO " + keyspace + ".installation (name, epoch) VALUES ('octavo', ?) IF NOT EXISTS",
                    clock.millis()));
            row = installation(session, keyspace);
        }
        if (row == null) {
            throw new IllegalStateException("keyspace " + keyspace + " has lost its epoch");
        }
        return row.getLong("epoch");
    }

    /** Read serially: what a node that starts at the same moment has written is seen, or not written yet. */
    private static @Nullable Row installation(CqlSession session, String keyspace) {
        return session.execute(SimpleStatement.newInstance(
                                "SELECT epoch FROM " + keyspace + ".installation WHERE name = 'octavo'")
                        .setConsistencyLevel(ConsistencyLevel.SERIAL)
                        .setIdempotent(true))
                .one();
    }
}
