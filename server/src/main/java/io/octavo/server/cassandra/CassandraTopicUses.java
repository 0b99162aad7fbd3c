package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.octavo.server.idle.TopicUses;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Uses in the table {@code topic_uses}. A write has the time that it tells of, so that none replaces a later one. */
final class CassandraTopicUses implements TopicUses {
    /** The row of the watch; no topic is called so. */
    private static final String WATCH = "*";

    private static final int ROWS_PER_PAGE = 5_000;

    private final Calls calls;
    private final Prepared selectAll;
    private final Prepared select;
    private final Prepared insert;
    private final Prepared insertWatch;

    CassandraTopicUses(Calls calls, String keyspace) {
        this.calls = calls;
        String table = keyspace + ".topic_uses";
        selectAll = prepare("SELECT topic, at FROM " + table);
        select = prepare("SELECT since, at FROM " + table + " WHERE topic = ?");
        insert = prepare("INSERT INTO " + table + " (topic, at) VALUES (?, ?) USING TIMESTAMP ?");
        insertWatch = prepare("INSERT INTO " + table + " (topic, since, at) VALUES (?, ?, ?) USING TIMESTAMP ?");
    }

    @Override
    public Map<String, Instant> all() {
        Map<String, Instant> uses = new HashMap<>();
        for (Row row : calls.repeatable("read-topic-uses", selectAll.bind().setPageSize(ROWS_PER_PAGE))) {
            String topic = row.getString("topic");
            Instant at = row.getInstant("at");
            if (topic != null && at != null && !topic.equals(WATCH)) {
                uses.put(topic, at);
            }
        }
        return uses;
    }

    @Override
    public void used(String topic, Instant at) {
        calls.repeatable("note-topic-use", insert.bind(topic, at, micros(at)));
    }

    @Override
    public @Nullable Watch watch() {
        Row row = calls.repeatable("read-topic-watch", select.bind(WATCH)).one();
        Instant since = row == null ? null : row.getInstant("since");
        Instant until = row == null ? null : row.getInstant("at");
        return since == null || until == null ? null : new Watch(since, until);
    }

    @Override
    public void watched(Watch watch) {
        calls.repeatable(
                "note-topic-watch", insertWatch.bind(WATCH, watch.since(), watch.until(), micros(watch.until())));
    }

    private Prepared prepare(String query) {
        return calls.prepare(SimpleStatement.newInstance(query).setIdempotent(true));
    }

    private static long micros(Instant at) {
        return TimeUnit.MILLISECONDS.toMicros(at.toEpochMilli());
    }
}
