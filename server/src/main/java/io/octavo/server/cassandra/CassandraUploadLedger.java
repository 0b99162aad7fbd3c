package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.octavo.server.payload.Origin;
import io.octavo.server.payload.UploadLedger;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The ledger in the table {@code uploads}, by day. */
final class CassandraUploadLedger implements UploadLedger {
    private static final int UPLOADS_PER_PAGE = 1_000;

    private final Calls calls;
    private final Supplier<String> installation;
    private final InstantSource clock;
    private final Prepared insert;
    private final Prepared insertAborted;
    private final Prepared selectDays;
    private final Prepared select;
    private final Prepared delete;

    CassandraUploadLedger(Calls calls, String keyspace, Supplier<String> installation, InstantSource clock) {
        this.calls = calls;
        this.installation = installation;
        this.clock = clock;
        String table = keyspace + ".uploads";
        insert = prepare("INSERT INTO " + table + " (day, upload_id, topic, direct, started) VALUES (?, ?, ?, ?, ?)");
        insertAborted = prepare("INSERT INTO " + table
                + " (day, upload_id, topic, direct, started, aborted) VALUES (?, ?, ?, ?, ?, ?)");
        selectDays = prepare("SELECT DISTINCT day FROM " + table);
        select = prepare("SELECT upload_id, topic, direct, started, aborted FROM " + table + " WHERE day = ?");
        delete = prepare("DELETE FROM " + table + " WHERE day = ? AND upload_id = ?");
    }

    @Override
    public Origin started(String topic, long uploadId, boolean direct) {
        String mark = installation();
        Instant now = clock.instant();
        calls.repeatable(
                "upload-started", insert.bind(LocalDate.ofInstant(now, ZoneOffset.UTC), uploadId, topic, direct, now));
        return new Origin(mark, topic, 0, now);
    }

    @Override
    public String installation() {
        return installation.get();
    }

    @Override
    public List<LocalDate> days() {
        return StreamSupport.stream(
                        calls.repeatable("upload-days", selectDays.bind()).spliterator(), false)
                .flatMap(row -> Stream.ofNullable(row.getLocalDate("day")))
                .sorted()
                .toList();
    }

    @Override
    public void visit(LocalDate day, Predicate<Upload> visitor) {
        for (Row row : calls.repeatable("read-uploads", select.bind(day).setPageSize(UPLOADS_PER_PAGE))) {
            Upload upload = upload(day, row);
            if (upload != null && !visitor.test(upload)) {
                return;
            }
        }
    }

    /** The whole row again: should another node have struck it off meanwhile, what comes back is complete. */
    @Override
    public void aborted(Upload upload, Instant at) {
        calls.repeatable(
                "upload-aborted",
                insertAborted.bind(
                        upload.day(), upload.uploadId(), upload.topic(), upload.direct(), upload.started(), at));
    }

    @Override
    public void remove(Upload upload) {
        calls.repeatable("remove-upload", delete.bind(upload.day(), upload.uploadId()));
    }

    private static @Nullable Upload upload(LocalDate day, Row row) {
        String topic = row.getString("topic");
        return topic == null
                ? null
                : new Upload(
                        day,
                        row.getLong("upload_id"),
                        topic,
                        row.getBoolean("direct"),
                        Objects.requireNonNullElse(row.getInstant("started"), Instant.EPOCH),
                        row.getInstant("aborted"));
    }

    private Prepared prepare(String query) {
        return calls.prepare(SimpleStatement.newInstance(query).setIdempotent(true));
    }
}
