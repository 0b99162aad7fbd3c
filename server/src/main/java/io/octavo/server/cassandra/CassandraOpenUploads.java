package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.google.protobuf.ByteString;
import io.octavo.server.payload.OpenUpload;
import io.octavo.server.payload.OpenUploads;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Open uploads in the table {@code open_uploads}. Conditions are decided at SERIAL, and the outcome is durable at
 * LOCAL_QUORUM. A write that is repeated finds its own row.
 */
final class CassandraOpenUploads implements OpenUploads {
    private static final String COLUMNS = "upload_id, size, sha256, part_size, attempts, expires";

    private final Calls calls;
    private final InstantSource clock;
    private final Prepared select;
    private final Prepared selectKeys;
    private final Prepared insert;
    private final Prepared delete;

    CassandraOpenUploads(Calls calls, String keyspace, InstantSource clock) {
        this.calls = calls;
        this.clock = clock;
        String table = keyspace + ".open_uploads";
        select = prepareRead("SELECT " + COLUMNS + " FROM " + table + " WHERE topic = ? AND idempotency_key = ?");
        selectKeys = prepareRead("SELECT idempotency_key FROM " + table + " WHERE topic = ? LIMIT ?");
        insert = calls.prepare(SimpleStatement.newInstance("INSERT INTO " + table + " (topic, idempotency_key, "
                + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?) IF NOT EXISTS USING TTL ?"));
        delete = calls.prepare(SimpleStatement.newInstance(
                "DELETE FROM " + table + " WHERE topic = ? AND idempotency_key = ? IF upload_id = ?"));
    }

    @Override
    public @Nullable OpenUpload find(String topic, String key) {
        Row row = calls.repeatable("open-upload", select.bind(topic, key).setConsistencyLevel(ConsistencyLevel.SERIAL))
                .one();
        return row == null ? null : upload(topic, key, row);
    }

    @Override
    public OpenUpload putIfAbsent(OpenUpload upload) {
        int seconds = (int)
                Math.max(1, Duration.between(clock.instant(), upload.expires()).toSeconds());
        ResultSet result = calls.repeatable(
                "begin-upload",
                conditional(insert.bind(
                        upload.topic(),
                        upload.key(),
                        upload.uploadId(),
                        upload.size(),
                        upload.sha256().asReadOnlyByteBuffer(),
                        upload.partSize(),
                        upload.attempts(),
                        upload.expires(),
                        seconds)));
        return result.wasApplied() ? upload : upload(upload.topic(), upload.key(), result.one());
    }

    @Override
    public void remove(OpenUpload upload) {
        calls.repeatable("close-upload", conditional(delete.bind(upload.topic(), upload.key(), upload.uploadId())));
    }

    @Override
    public int count(String topic, int most) {
        return calls.repeatable("open-uploads", selectKeys.bind(topic, most))
                .all()
                .size();
    }

    private static BoundStatement conditional(BoundStatement write) {
        return write.setSerialConsistencyLevel(ConsistencyLevel.SERIAL)
                .setConsistencyLevel(ConsistencyLevel.LOCAL_QUORUM)
                .setIdempotent(false);
    }

    private static OpenUpload upload(String topic, String key, Row row) {
        ByteBuffer sha256 = Objects.requireNonNull(row.getByteBuffer("sha256"));
        return new OpenUpload(
                topic,
                key,
                row.getLong("upload_id"),
                row.getLong("size"),
                ByteString.copyFrom(sha256),
                row.getLong("part_size"),
                Objects.requireNonNull(row.getMap("attempts", String.class, String.class)),
                Objects.requireNonNullElse(row.getInstant("expires"), Instant.EPOCH));
    }

    private Prepared prepareRead(String query) {
        return calls.prepare(SimpleStatement.newInstance(query).setIdempotent(true));
    }
}
