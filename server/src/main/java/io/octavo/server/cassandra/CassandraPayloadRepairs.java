package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.google.protobuf.ByteString;
import io.octavo.server.payload.PayloadRepairs;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Repairs in the table {@code payload_repairs}, by day. */
final class CassandraPayloadRepairs implements PayloadRepairs {
    private static final int REPAIRS_PER_PAGE = 1_000;

    private final Calls calls;
    private final Prepared selectDays;
    private final Prepared select;
    private final Prepared delete;
    private final Prepared selectPayload;
    private final Prepared insertPayload;

    CassandraPayloadRepairs(Calls calls, String keyspace) {
        this.calls = calls;
        String table = keyspace + ".payload_repairs";
        String payloads = keyspace + ".direct_payloads";
        selectDays = prepare("SELECT DISTINCT day FROM " + table);
        select = prepare("SELECT payload_id, noted FROM " + table + " WHERE day = ?");
        delete = prepare("DELETE FROM " + table + " WHERE day = ? AND payload_id = ?");
        selectPayload = prepare("SELECT bytes, writetime(bytes) AS written FROM " + payloads + " WHERE payload_id = ?");
        insertPayload = prepare("INSERT INTO " + payloads + " (payload_id, bytes) VALUES (?, ?) USING TIMESTAMP ?");
    }

    @Override
    public List<LocalDate> days() {
        return StreamSupport.stream(
                        calls.repeatable("repair-days", selectDays.bind()).spliterator(), false)
                .flatMap(row -> Stream.ofNullable(row.getLocalDate("day")))
                .sorted()
                .toList();
    }

    @Override
    public void visit(LocalDate day, Predicate<Repair> visitor) {
        for (Row row : calls.repeatable("read-repairs", select.bind(day).setPageSize(REPAIRS_PER_PAGE))) {
            if (!visitor.test(new Repair(day, row.getLong("payload_id"), row.getInstant("noted")))) {
                return;
            }
        }
    }

    @Override
    public @Nullable Kept read(long payloadId) {
        Row row = calls.repeatable(
                        "read-for-repair", selectPayload.bind(payloadId).setConsistencyLevel(ConsistencyLevel.QUORUM))
                .one();
        ByteBuffer bytes = row == null ? null : row.getByteBuffer("bytes");
        return row == null || bytes == null ? null : new Kept(ByteString.copyFrom(bytes), row.getLong("written"));
    }

    @Override
    public void write(long payloadId, Kept kept) {
        calls.repeatable(
                "repair-payload",
                insertPayload
                        .bind(payloadId, kept.bytes().asReadOnlyByteBuffer(), kept.writtenMicros())
                        .setConsistencyLevel(ConsistencyLevel.EACH_QUORUM));
    }

    @Override
    public void remove(Repair repair) {
        calls.repeatable("remove-repair", delete.bind(repair.day(), repair.payloadId()));
    }

    private Prepared prepare(String query) {
        return calls.prepare(SimpleStatement.newInstance(query).setIdempotent(true));
    }
}
