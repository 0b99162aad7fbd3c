package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.DirectPayloads;
import io.octavo.server.payload.MissingPayload;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Direct payloads in the table {@code direct_payloads}. */
final class CassandraDirectPayloads implements DirectPayloads {
    private static final Duration MISSING_IS_REMEMBERED = Duration.ofSeconds(3);
    private static final int MISSING_REMEMBERED = 10_000;

    private final Calls calls;
    private final InstantSource clock;
    private final Prepared insert;
    private final Prepared select;
    private final Prepared written;
    private final Prepared delete;
    private final Prepared noteRepair;
    private final Cache<Long, Boolean> missing = Caffeine.newBuilder()
            .maximumSize(MISSING_REMEMBERED)
            .expireAfterWrite(MISSING_IS_REMEMBERED)
            .build();

    CassandraDirectPayloads(Calls calls, String keyspace, InstantSource clock) {
        this.calls = calls;
        this.clock = clock;
        String table = keyspace + ".direct_payloads";
        insert = prepare("INSERT INTO " + table + " (payload_id, bytes) VALUES (?, ?)");
        select = prepare("SELECT bytes FROM " + table + " WHERE payload_id = ?");
        written = prepare("SELECT WRITETIME(bytes) AS at FROM " + table + " WHERE payload_id = ?");
        delete = prepare("DELETE FROM " + table + " WHERE payload_id = ?");
        noteRepair = prepare("INSERT INTO " + keyspace + ".payload_repairs (day, payload_id, noted) VALUES (?, ?, ?)");
    }

    /** In every datacentre; if one can't be reached, in this one, and noted for repair. */
    @Override
    public void store(long payloadId, ByteString bytes) {
        var statement = insert.bind(payloadId, bytes.asReadOnlyByteBuffer());
        try {
            calls.repeatable("store-payload", statement.setConsistencyLevel(ConsistencyLevel.EACH_QUORUM));
        } catch (ServiceException notEverywhere) {
            calls.repeatable("note-repair", noteRepair.bind(today(), payloadId, clock.instant()));
            calls.repeatable("store-payload-local", statement.setConsistencyLevel(ConsistencyLevel.LOCAL_QUORUM));
            calls.count("octavo.payload.repairs", Map.of("kind", "direct"));
        }
        missing.invalidate(payloadId);
    }

    @Override
    public ByteString read(long payloadId) {
        if (missing.getIfPresent(payloadId) != null) {
            throw missing(payloadId);
        }
        ByteString bytes = read(payloadId, ConsistencyLevel.LOCAL_QUORUM);
        if (bytes == null) {
            // It may be on its way to this datacentre: ask all of them before saying that it isn't there.
            bytes = read(payloadId, ConsistencyLevel.QUORUM);
        }
        if (bytes == null) {
            missing.put(payloadId, true);
            throw missing(payloadId);
        }
        return bytes;
    }

    /** Asks the store, whatever is remembered, and as many replicas as a read does. */
    @Override
    public boolean has(long payloadId) {
        boolean there = has(payloadId, ConsistencyLevel.LOCAL_QUORUM) || has(payloadId, ConsistencyLevel.QUORUM);
        if (there) {
            missing.invalidate(payloadId);
        }
        return there;
    }

    @Override
    public void delete(long payloadId) {
        calls.repeatable("delete-payload", delete.bind(payloadId));
    }

    private boolean has(long payloadId, ConsistencyLevel consistency) {
        Row row = calls.repeatable("find-payload", written.bind(payloadId).setConsistencyLevel(consistency))
                .one();
        return row != null && !row.isNull("at");
    }

    private @Nullable ByteString read(long payloadId, ConsistencyLevel consistency) {
        Row row = calls.repeatable("read-payload", select.bind(payloadId).setConsistencyLevel(consistency))
                .one();
        ByteBuffer bytes = row == null ? null : row.getByteBuffer("bytes");
        return bytes == null ? null : ByteString.copyFrom(bytes);
    }

    private Prepared prepare(String query) {
        return calls.prepare(SimpleStatement.newInstance(query).setIdempotent(true));
    }

    private LocalDate today() {
        return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    }

    private static MissingPayload missing(long payloadId) {
        return new MissingPayload("no direct payload " + Long.toHexString(payloadId));
    }
}
