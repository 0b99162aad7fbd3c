package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.octavo.server.topic.InstallationEpoch;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is to be known of this installation: a row each in the table {@code installation}. */
final class CassandraInstallation implements InstallationEpoch {
    private final Calls calls;
    private final InstantSource clock;
    private final Prepared select;
    private final Prepared insert;
    private final Prepared update;
    private final Prepared selectId;
    private final Prepared insertId;
    private volatile @Nullable String id;

    CassandraInstallation(Calls calls, String keyspace, InstantSource clock) {
        this.calls = calls;
        this.clock = clock;
        String table = keyspace + ".installation";
        select = calls.prepare(SimpleStatement.newInstance("SELECT epoch FROM " + table + " WHERE name = 'octavo'")
                .setIdempotent(true));
        insert = calls.prepare("INSERT INTO " + table + " (name, epoch) VALUES ('octavo', ?) IF NOT EXISTS");
        update = calls.prepare("UPDATE " + table + " SET epoch = ? WHERE name = 'octavo' IF epoch = ?");
        selectId = calls.prepare(SimpleStatement.newInstance("SELECT id FROM " + table + " WHERE name = 'id'")
                .setIdempotent(true));
        insertId = calls.prepare("INSERT INTO " + table + " (name, id) VALUES ('id', ?) IF NOT EXISTS");
    }

    /** Set now if there is none yet. Asked of the store each time: a restore changes it. */
    @Override
    public long read() {
        Long epoch = read(ConsistencyLevel.LOCAL_QUORUM);
        if (epoch == null) {
            epoch = read(ConsistencyLevel.SERIAL);
        }
        if (epoch == null) {
            calls.repeatable("create-epoch", conditional(insert.bind(clock.millis())));
            // What a node that starts at the same moment has written is seen, or not written yet.
            epoch = read(ConsistencyLevel.SERIAL);
        }
        if (epoch == null) {
            throw new IllegalStateException("the keyspace has lost its epoch");
        }
        return epoch;
    }

    @Override
    public boolean replace(long expected, long next) {
        calls.repeatable("replace-epoch", conditional(update.bind(next, expected)));
        // An answer that was lost may have been "yes": what stands tells.
        Long standing = read(ConsistencyLevel.SERIAL);
        return standing != null && standing == next;
    }

    /** The mark of this installation, random, kept for ever. Drawn now if there is none yet. */
    String id() {
        String known = id;
        if (known == null) {
            known = readId();
            if (known == null) {
                calls.repeatable("create-installation-id", conditional(insertId.bind(UUID.randomUUID())));
                known = readId();
            }
            if (known == null) {
                throw new IllegalStateException("the keyspace has lost its installation's id");
            }
            id = known;
        }
        return known;
    }

    private @Nullable String readId() {
        Row row = calls.repeatable("installation-id", selectId.bind().setConsistencyLevel(ConsistencyLevel.SERIAL))
                .one();
        UUID read = row == null ? null : row.getUuid("id");
        return read == null ? null : read.toString();
    }

    private @Nullable Long read(ConsistencyLevel consistency) {
        Row row = calls.repeatable("epoch", select.bind().setConsistencyLevel(consistency))
                .one();
        return row == null || row.isNull("epoch") ? null : row.getLong("epoch");
    }

    private static BoundStatement conditional(BoundStatement statement) {
        return statement
                .setSerialConsistencyLevel(ConsistencyLevel.SERIAL)
                .setConsistencyLevel(ConsistencyLevel.LOCAL_QUORUM);
    }
}
