package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.octavo.server.payload.Origin;
import io.octavo.server.payload.UploadLedger;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The ledger in the table {@code uploads}, by day, and its days in {@code upload_days}. */
final class CassandraUploadLedger implements UploadLedger {
    private static final int UPLOADS_PER_PAGE = 1_000;
    /** A read that meets 100,000 rows that were struck off is refused: a day is read in parts, which have few each. */
    private static final int RANGES = 32;

    private static final long IDS_PER_RANGE = Long.MAX_VALUE / RANGES + 1;

    private final Calls calls;
    private final Supplier<String> installation;
    private final InstantSource clock;
    private final Prepared insert;
    private final Prepared insertAborted;
    private final Prepared insertDay;
    private final Prepared selectDays;
    private final Prepared selectDaysOfUploads;
    private final Prepared deleteDay;
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
        String days = keyspace + ".upload_days";
        insertDay = prepare("INSERT INTO " + days + " (day) VALUES (?)");
        selectDays = prepare("SELECT day FROM " + days);
        selectDaysOfUploads = prepare("SELECT DISTINCT day FROM " + table);
        deleteDay = prepare("DELETE FROM " + days + " WHERE day = ?");
        select = prepare("SELECT upload_id, topic, direct, started, aborted FROM " + table
                + " WHERE day = ? AND upload_id >= ? AND upload_id <= ?");
        delete = prepare("DELETE FROM " + table + " WHERE day = ? AND upload_id = ?");
    }

    @Override
    public Origin started(String topic, long uploadId, boolean direct) {
        String mark = installation();
        Instant now;
        do {
            now = clock.instant();
            calls.repeatable("upload-started", insert.bind(dayOf(now), uploadId, topic, direct, now));
            // Who slept before he wrote may have written to a day that is off the list by now: he writes once more. No
            // bytes are stored before this returns, so it doesn't matter should he die instead.
        } while (!dayOf(now).equals(dayOf(clock.instant())));
        return new Origin(mark, topic, 0, now);
    }

    @Override
    public String installation() {
        return installation.get();
    }

    @Override
    public List<LocalDate> days() {
        LocalDate today = dayOf(clock.instant());
        NavigableSet<LocalDate> days = read(selectDays);
        if (days.isEmpty()) {
            // The list begins; uploads may have been noted long before.
            days.addAll(read(selectDaysOfUploads));
            // Oldest first: should this break off, the next time goes on from where it did.
            days.forEach(this::addDay);
        }
        boolean isBehind = !days.isEmpty() && days.last().isBefore(today);
        // Today in any case: a node whose clock was ahead may have taken it off.
        LocalDate first = isBehind ? days.last().plusDays(1) : today;
        for (LocalDate day = first; !day.isAfter(today); day = day.plusDays(1)) {
            if (days.add(day)) {
                addDay(day);
            }
        }
        return List.copyOf(days);
    }

    private NavigableSet<LocalDate> read(Prepared selectOfDays) {
        NavigableSet<LocalDate> days = new TreeSet<>();
        for (Row row : calls.repeatable("upload-days", selectOfDays.bind())) {
            days.add(Objects.requireNonNull(row.getLocalDate("day")));
        }
        return days;
    }

    private void addDay(LocalDate day) {
        calls.repeatable("add-upload-day", insertDay.bind(day));
    }

    /** Asks all copies: what a datacentre has noted that was cut off comes to the others late. */
    @Override
    public void removeIfEmpty(LocalDate day) {
        if (visit(day, ConsistencyLevel.ALL, upload -> false)) {
            calls.repeatable("remove-upload-day", deleteDay.bind(day));
        }
    }

    @Override
    public void visit(LocalDate day, Predicate<Upload> visitor) {
        visit(day, ConsistencyLevel.LOCAL_QUORUM, visitor);
    }

    /** Whether the visitor has seen all. */
    private boolean visit(LocalDate day, ConsistencyLevel consistency, Predicate<Upload> visitor) {
        for (int range = 0; range < RANGES; range++) {
            long first = range * IDS_PER_RANGE;
            var statement = select.bind(day, first, first + (IDS_PER_RANGE - 1))
                    .setPageSize(UPLOADS_PER_PAGE)
                    .setConsistencyLevel(consistency);
            for (Row row : calls.repeatable("read-uploads", statement)) {
                Upload upload = upload(day, row);
                if (upload != null && !visitor.test(upload)) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * The day and the whole row again: should another node have struck them off meanwhile, what comes back is complete,
     * and is found.
     */
    @Override
    public void aborted(Upload upload, Instant at) {
        addDay(upload.day());
        calls.repeatable(
                "upload-aborted",
                insertAborted.bind(
                        upload.day(), upload.uploadId(), upload.topic(), upload.direct(), upload.started(), at));
    }

    @Override
    public void remove(Upload upload) {
        calls.repeatable("remove-upload", delete.bind(upload.day(), upload.uploadId()));
    }

    private static LocalDate dayOf(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
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
