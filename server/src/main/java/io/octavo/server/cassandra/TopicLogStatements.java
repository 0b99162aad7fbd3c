package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.time.Duration;

/** What is asked of {@code topic_log}, prepared once. */
record TopicLogStatements(
        PreparedStatement selectHead,
        PreparedStatement selectHeads,
        PreparedStatement selectRevisions,
        PreparedStatement selectEntry,
        PreparedStatement selectEntriesBelow,
        PreparedStatement updateHead,
        PreparedStatement insertEntry,
        PreparedStatement insertRequest,
        PreparedStatement insertUpload,
        PreparedStatement deleteEntry,
        PreparedStatement deleteEntriesBelow) {
    private static final long REQUESTS_ARE_KEPT_SECONDS = Duration.ofDays(7).toSeconds();

    static TopicLogStatements prepare(CqlSession session, String keyspace) {
        String table = keyspace + ".topic_log";
        return new TopicLogStatements(
                read(session, "SELECT head FROM " + table + " WHERE topic = ? LIMIT 1"),
                read(session, "SELECT DISTINCT topic, head FROM " + table),
                read(
                        session,
                        "SELECT DISTINCT topic, epoch, revision FROM " + table
                                + " WHERE token(topic) > ? AND token(topic) <= ?"),
                read(session, "SELECT entry FROM " + table + " WHERE topic = ? AND section = ? AND number = ?"),
                read(session, "SELECT entry FROM " + table + " WHERE topic = ? AND section = ? AND number < ? LIMIT ?"),
                session.prepare("UPDATE " + table + " SET epoch = ?, revision = ?, head = ? WHERE topic = ?"
                        + " IF revision = ?"),
                session.prepare("INSERT INTO " + table + " (topic, section, number, entry) VALUES (?, ?, ?, ?)"),
                session.prepare("INSERT INTO " + table + " (topic, section, number, entry) VALUES (?, '"
                        + Section.REQUEST + "', ?, ?) IF NOT EXISTS USING TTL " + REQUESTS_ARE_KEPT_SECONDS),
                session.prepare("INSERT INTO " + table + " (topic, section, number, entry) VALUES (?, '"
                        + Section.UPLOAD + "', ?, ?) IF NOT EXISTS"),
                session.prepare("DELETE FROM " + table + " WHERE topic = ? AND section = ? AND number = ?"),
                session.prepare("DELETE FROM " + table + " WHERE topic = ? AND section = ? AND number < ?"));
    }

    private static PreparedStatement read(CqlSession session, String query) {
        return session.prepare(SimpleStatement.newInstance(query).setIdempotent(true));
    }
}
