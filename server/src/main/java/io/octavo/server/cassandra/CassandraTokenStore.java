package io.octavo.server.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.google.protobuf.ByteString;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.security.Grant;
import io.octavo.server.security.TokenRecord;
import io.octavo.server.security.TokenRecord.Revocation;
import io.octavo.server.security.TokenStore;
import io.octavo.server.topic.OutcomeUnknown;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens in the table {@code tokens}, found by their hashes through {@code token_hashes}. A hash's row comes before its
 * token's: one whose token was never made leads nowhere.
 */
final class CassandraTokenStore implements TokenStore {
    private static final Logger LOG = LoggerFactory.getLogger(CassandraTokenStore.class);
    private static final int PREFIX_BYTES = 8;
    private static final String COLUMNS = "name, sha256, grants, apps, created_by, created_at, expires_at, revoked_by,"
            + " revoked_at, revoked_reason";

    private final Calls calls;
    private final Prepared insertHash;
    private final Prepared selectHash;
    private final Prepared insert;
    private final Prepared select;
    private final Prepared firstPage;
    private final Prepared nextPage;
    private final Prepared revoke;
    private final Prepared deleteHash;
    private final Prepared delete;

    CassandraTokenStore(Calls calls, String keyspace) {
        this.calls = calls;
        String table = keyspace + ".tokens";
        insertHash = repeatable("INSERT INTO " + keyspace + ".token_hashes (prefix, name) VALUES (?, ?)");
        selectHash = repeatable("SELECT name FROM " + keyspace + ".token_hashes WHERE prefix = ? LIMIT 10");
        insert = once("INSERT INTO " + table
                + " (name, sha256, grants, apps, created_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
                + " IF NOT EXISTS");
        select = repeatable("SELECT " + COLUMNS + " FROM " + table + " WHERE name = ?");
        firstPage = repeatable("SELECT " + COLUMNS + " FROM " + table + " LIMIT ?");
        nextPage = repeatable("SELECT " + COLUMNS + " FROM " + table + " WHERE token(name) > token(?) LIMIT ?");
        revoke = once("UPDATE " + table
                + " SET revoked_by = ?, revoked_at = ?, revoked_reason = ? WHERE name = ? IF revoked_at = null AND"
                + " created_at != null");
        deleteHash = repeatable("DELETE FROM " + keyspace + ".token_hashes WHERE prefix = ? AND name = ?");
        delete = once("DELETE FROM " + table + " WHERE name = ? IF sha256 = ?");
    }

    @Override
    public boolean create(TokenRecord token) {
        calls.repeatable("token-hash", insertHash.bind(prefix(token.sha256()), token.name()));
        BoundStatement row = insert.bind(
                token.name(),
                token.sha256().asReadOnlyByteBuffer(),
                token.grants().stream().map(Grant::format).toList(),
                token.apps(),
                token.createdBy(),
                token.createdAt(),
                token.expiresAt());
        if (applied("token-create", row)) {
            return true;
        }
        // A repetition within the driver's call finds its own row.
        TokenRecord there = byName(token.name());
        return there != null && there.sha256().equals(token.sha256());
    }

    @Override
    public @Nullable TokenRecord bySha256(ByteString sha256) {
        for (Row hash : calls.repeatable("token-by-hash", selectHash.bind(prefix(sha256)))) {
            TokenRecord token = read(text(hash, "name"), ConsistencyLevel.LOCAL_QUORUM);
            if (token != null && token.sha256().equals(sha256)) {
                return token;
            }
        }
        return null;
    }

    @Override
    public @Nullable TokenRecord byName(String name) {
        return read(name, ConsistencyLevel.SERIAL);
    }

    @Override
    public List<TokenRecord> page(String after, int limit) {
        List<TokenRecord> page = new ArrayList<>();
        BoundStatement statement = after.isEmpty() ? firstPage.bind(limit) : nextPage.bind(after, limit);
        for (Row row : calls.repeatable("token-page", statement)) {
            page.add(token(row));
        }
        return page;
    }

    @Override
    public void revoke(String name, Revocation revocation) {
        applied("token-revoke", revoke.bind(revocation.by(), revocation.at(), revocation.reason(), name));
    }

    /** The hash's row first: should this node die in between, the token is still found in the list. */
    @Override
    public void remove(TokenRecord token) {
        calls.repeatable("remove-token-hash", deleteHash.bind(prefix(token.sha256()), token.name()));
        applied("remove-token", delete.bind(token.name(), token.sha256().asReadOnlyByteBuffer()));
    }

    private boolean applied(String what, BoundStatement statement) {
        try {
            return calls.once(what, BatchStatement.newInstance(BatchType.LOGGED, statement))
                    .wasApplied();
        } catch (OutcomeUnknown e) {
            throw ServiceException.unavailable(
                    "the metadata store can't answer (" + what + "): look at the list of tokens whether it was done",
                    Duration.ofSeconds(2),
                    e);
        }
    }

    private @Nullable TokenRecord read(String name, ConsistencyLevel consistency) {
        Row row = calls.repeatable("token-by-name", select.bind(name).setConsistencyLevel(consistency))
                .one();
        return row == null ? null : token(row);
    }

    private static TokenRecord token(Row row) {
        Instant revokedAt = row.getInstant("revoked_at");
        return new TokenRecord(
                text(row, "name"),
                ByteString.copyFrom(Objects.requireNonNullElse(row.getByteBuffer("sha256"), ByteBuffer.allocate(0))),
                grants(row),
                Objects.requireNonNullElse(row.getList("apps", String.class), List.of()),
                text(row, "created_by"),
                Objects.requireNonNullElse(row.getInstant("created_at"), Instant.EPOCH),
                row.getInstant("expires_at"),
                revokedAt == null
                        ? null
                        : new Revocation(text(row, "revoked_by"), revokedAt, text(row, "revoked_reason")));
    }

    /** Grants that a newer release made, and this one doesn't understand, are none. */
    private static List<Grant> grants(Row row) {
        List<Grant> grants = new ArrayList<>();
        for (String text : Objects.requireNonNullElse(row.getList("grants", String.class), List.<String>of())) {
            try {
                grants.add(Grant.parse(text));
            } catch (InvalidField e) {
                LOG.warn("a grant of token {} is left out: {}", text(row, "name"), e.getMessage());
            }
        }
        return grants;
    }

    private static String prefix(ByteString sha256) {
        return HexFormat.of().formatHex(sha256.substring(0, PREFIX_BYTES).toByteArray());
    }

    private static String text(Row row, String column) {
        return Objects.requireNonNullElse(row.getString(column), "");
    }

    private Prepared repeatable(String query) {
        return calls.prepare(SimpleStatement.newInstance(query).setIdempotent(true));
    }

    private Prepared once(String query) {
        return calls.prepare(SimpleStatement.newInstance(query).setSerialConsistencyLevel(ConsistencyLevel.SERIAL));
    }
}
