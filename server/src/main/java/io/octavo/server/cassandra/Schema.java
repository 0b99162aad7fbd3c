package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.ResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.servererrors.WriteTimeoutException;
import com.google.common.base.Splitter;
import io.octavo.rules.Digests;
import io.octavo.server.topic.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the keyspace to what this code needs: numbered files of CQL, each applied once and in order. Several nodes may
 * start at once: one holds a lock while it applies, the others wait. A node that dies in between leaves nothing that a
 * repetition would trip over, for every statement can be run again, and its lock expires.
 */
final class Schema {
    private static final Logger LOG = LoggerFactory.getLogger(Schema.class);
    /** All files there are, in order; a file that was released is never changed. */
    static final List<String> FILES = List.of(
            "001_topic_log",
            "002_payloads",
            "003_nodes",
            "004_leases",
            "005_sweeps",
            "006_tokens",
            "007_open_uploads",
            "008_topic_uses",
            "009_installation_id",
            "010_upload_days");

    private static final int LOCK_SECONDS = 60;
    private static final Pattern ID = Pattern.compile("\\$\\{id:([a-z_]+)}");

    private final CqlSession session;
    private final CassandraConfig config;
    private final List<String> files;

    Schema(CqlSession session, CassandraConfig config, List<String> files) {
        this.session = session;
        this.config = config;
        this.files = files;
    }

    /**
     * Applies what is missing.
     *
     * @param patience how long another node may take that applies it now
     * @throws IllegalStateException if the keyspace was made by other files than these
     */
    void bringUpToDate(Patience patience) {
        createKeyspace();
        run("""
                CREATE TABLE IF NOT EXISTS ${keyspace}.schema_files (name text PRIMARY KEY, sha256 text, holder text)
                WITH ID = ${id:schema_files}""");
        if (missing().isEmpty()) {
            return;
        }
        String me = UUID.randomUUID().toString();
        while (!lock(me)) {
            patience.pause("another node has been changing the schema of " + config.keyspace() + " all the time");
        }
        try {
            for (String file : missing()) {
                LOG.info("applying schema file {} to keyspace {}", file, config.keyspace());
                statements(read(file)).forEach(this::run);
                record(file);
            }
        } finally {
            unlock(me);
        }
    }

    private void createKeyspace() {
        String replication = config.copies().entrySet().stream()
                .map(copies -> ", '" + copies.getKey() + "': " + copies.getValue())
                .collect(Collectors.joining("", "{'class': 'NetworkTopologyStrategy'", "}"));
        boolean there = session.execute(SimpleStatement.newInstance(
                                "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?",
                                config.keyspace()))
                        .one()
                != null;
        if (!there) {
            run("CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = " + replication);
        }
    }

    private List<String> missing() {
        Map<String, String> applied = session
                .execute(SimpleStatement.newInstance("SELECT name, sha256 FROM " + table())
                        .setConsistencyLevel(ConsistencyLevel.LOCAL_QUORUM))
                .all()
                .stream()
                .filter(row -> row.getString("sha256") != null)
                .collect(Collectors.toMap(row -> text(row, "name"), row -> text(row, "sha256")));
        for (String file : files) {
            String sha256 = applied.get(file);
            if (sha256 != null && !sha256.equals(sha256(file))) {
                throw new IllegalStateException("schema file " + file + " of keyspace " + config.keyspace()
                        + " is not the one that was applied (expected: sha256 " + sha256 + "); run the release that"
                        + " made it, or one newer than it");
            }
        }
        return files.stream().filter(file -> !applied.containsKey(file)).toList();
    }

    private boolean lock(String me) {
        try {
            return tryLock(me);
        } catch (WriteTimeoutException e) {
            // Taken or not, the next try tells.
            return false;
        }
    }

    private boolean tryLock(String me) {
        ResultSet result = session.execute(SimpleStatement.newInstance(
                "INSERT INTO " + table() + " (name, holder) VALUES ('lock', ?) IF NOT EXISTS USING TTL " + LOCK_SECONDS,
                me));
        if (result.wasApplied()) {
            return true;
        }
        Row row = result.one();
        return row != null && me.equals(row.getString("holder"));
    }

    private void unlock(String me) {
        session.execute(
                SimpleStatement.newInstance("DELETE FROM " + table() + " WHERE name = 'lock' IF holder = ?", me));
    }

    private void record(String file) {
        session.execute(SimpleStatement.newInstance(
                        "INSERT INTO " + table() + " (name, sha256) VALUES (?, ?)", file, sha256(file))
                .setIdempotent(true));
    }

    private void run(String statement) {
        session.execute(SimpleStatement.newInstance(filledIn(statement)).setIdempotent(true));
        if (!session.checkSchemaAgreement()) {
            throw new IllegalStateException("Cassandra's nodes do not agree on the schema of " + config.keyspace()
                    + " (expected: agreement within 20 s); see nodetool describecluster");
        }
    }

    /** The statement for this keyspace; a table's id follows from its name. */
    private String filledIn(String statement) {
        return ID.matcher(statement.replace("${keyspace}", config.keyspace()))
                .replaceAll(match -> UUID.nameUUIDFromBytes(
                                (config.keyspace() + "." + match.group(1)).getBytes(StandardCharsets.UTF_8))
                        .toString());
    }

    private String table() {
        return config.keyspace() + ".schema_files";
    }

    private static String text(Row row, String column) {
        String text = row.getString(column);
        return text == null ? "" : text;
    }

    /** The statements of a file, without its comments. */
    static List<String> statements(String file) {
        String code = file.lines()
                .filter(line -> !line.stripLeading().startsWith("--"))
                .collect(Collectors.joining("\n"));
        return Splitter.on(';')
                .splitToStream(code)
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    static String read(String file) {
        try (InputStream in = Schema.class.getResourceAsStream("/octavo/schema/" + file + ".cql")) {
            if (in == null) {
                throw new IllegalStateException("no schema file " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(String file) {
        return HexFormat.of().formatHex(Digests.sha256(read(file).getBytes(StandardCharsets.UTF_8)));
    }
}
