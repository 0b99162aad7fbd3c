package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.time.Duration;

/** What is asked of {@code topic_log}, prepared once. */
record TopicLogStatements(
        Prepared selectHead,
        Prepared selectHeads,
        Prepared selectRevisions,
        Prepared selectEntry,
        Prepared selectEntriesBelow,
        Prepared updateHead,
        Prepared insertEntry,
        Prepared insertRequest,
        Prepared insertUpload,
        Prepared deleteEntry,
        Prepared deleteEntriesBelow) {
    private static final long REQUESTS_ARE_KEPT_SECONDS = Duration.ofDays(7).toSeconds();

    static TopicLogStatements prepare(Calls calls, String keyspace) {
        String table = keyspace + ".topic_log";
        return new TopicLogStatements(
                read(calls, "SELECT head FROM " + table + " WHERE topic = ? LIMIT 1"),
                read(calls, "SELECT DISTINCT topic, head FROM " + table),
                read(
                        calls,
                        "SELECT DISTINCT topic, epoch, revision FROM " + table
                                + " WHERE token(topic) > ? AND token(topic) <= ?"),
                read(calls, "SELECT entry FROM " + table + " WHERE topic = ? AND section = ? AND number = ?"),
                read(calls, "SELECT entry FROM " + table + " WHERE topic = ? AND section = ? AND number < ? LIMIT ?"),
                calls.prepare("UPDATE " + table + " SET epoch = ?, revision = ?, head = ? WHERE topic = ?"
                        + " IF revision = ?"),
                calls.prepare("INSERT INTO " + table + " (topic, section, number, entry) VALUES (?, ?, ?, ?)"),
                calls.prepare("INSERT INTO " + table + " (topic, section, number, entry) VALUES (?, '" + Section.REQUEST
                        + "', ?, ?) IF NOT EXISTS USING TTL " + REQUESTS_ARE_KEPT_SECONDS),
                calls.prepare("INSERT INTO " + table + " (topic, section, number, entry) VALUES (?, '" + Section.UPLOAD
                        + "', ?, ?) IF NOT EXISTS"),
                calls.prepare("DELETE FROM " + table + " WHERE topic = ? AND section = ? AND number = ?"),
                calls.prepare("DELETE FROM " + table + " WHERE topic = ? AND section = ? AND number < ?"));
    }

    private static Prepared read(Calls calls, String query) {
        return calls.prepare(SimpleStatement.newInstance(query).setIdempotent(true));
    }
}
