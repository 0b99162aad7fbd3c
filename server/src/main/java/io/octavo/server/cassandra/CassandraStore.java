package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.idle.TopicUses;
import io.octavo.server.lease.LeaseTable;
import io.octavo.server.nodes.NodeTable;
import io.octavo.server.payload.DirectPayloads;
import io.octavo.server.payload.OpenUploads;
import io.octavo.server.payload.PayloadRepairs;
import io.octavo.server.payload.UploadLedger;
import io.octavo.server.security.TokenStore;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.InstallationEpoch;
import io.octavo.server.topic.Patience;
import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Supplier;

/** Everything that is kept in Cassandra, on one session. */
public final class CassandraStore implements AutoCloseable {
    private final Connection connection;
    private final Calls calls;
    private final InstallationEpoch epoch;
    private final TopicLog log;
    private final ChangeFeed changes;
    private final DirectPayloads payloads;
    private final UploadLedger uploads;
    private final OpenUploads openUploads;
    private final NodeTable nodes;
    private final TokenStore tokens;
    private final LeaseTable leases;
    private final PayloadRepairs repairs;
    private final TopicUses topicUses;

    private CassandraStore(
            CassandraConfig config, InstantSource clock, MeterRegistry meters, Supplier<Patience> patience) {
        this.connection = new Connection(
                () -> CassandraSessions.open(config, clock.instant()),
                session -> makeReady(session, config, patience.get()));
        calls = new Calls(connection::session, connection::problem, meters);
        String keyspace = config.keyspace();
        CassandraInstallation installation = new CassandraInstallation(calls, keyspace, clock);
        epoch = installation;
        log = new CassandraTopicLog(calls, TopicLogStatements.prepare(calls, keyspace), epoch::read);
        changes = new CassandraChangeFeed(calls, keyspace, clock);
        payloads = new CassandraDirectPayloads(calls, keyspace, clock);
        uploads = new CassandraUploadLedger(calls, keyspace, installation::id, clock);
        openUploads = new CassandraOpenUploads(calls, keyspace, clock);
        nodes = new CassandraNodeTable(calls, keyspace);
        tokens = new CassandraTokenStore(calls, keyspace);
        leases = new CassandraLeaseTable(calls, keyspace);
        repairs = new CassandraPayloadRepairs(calls, keyspace);
        topicUses = new CassandraTopicUses(calls, keyspace);
    }

    private void makeReady(CqlSession session, CassandraConfig config, Patience patience) {
        ServerChecks.check(session, config.localDatacenter());
        new Schema(session, config, Schema.FILES).bringUpToDate(patience);
        calls.prepareAll(session);
    }

    /**
     * Connects, checks that the servers are set as they must be, and brings the schema up to date. Blocks. If Cassandra
     * can't be reached now, that is done as soon as it can; until then everything is answered UNAVAILABLE.
     *
     * @param patience how long another node may take that changes the schema now, made anew for each attempt
     * @throws IllegalStateException if the servers or the schema are not as they must be
     */
    public static CassandraStore open(
            CassandraConfig config, InstantSource clock, MeterRegistry meters, Supplier<Patience> patience) {
        CassandraStore store = new CassandraStore(config, clock, meters, patience);
        try {
            store.connection.open();
            return store;
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    public TopicLog log() {
        return log;
    }

    public InstallationEpoch epoch() {
        return epoch;
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

    public TopicUses topicUses() {
        return topicUses;
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
        calls.session()
                .execute(SimpleStatement.newInstance("SELECT release_version FROM system.local")
                        .setTimeout(longest)
                        .setIdempotent(true));
    }

    @Override
    public void close() {
        connection.close();
    }
}
