package io.octavo.server.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.octavo.rules.Digests;
import io.octavo.server.security.Grant;
import io.octavo.server.security.TokenRecord;
import io.octavo.server.security.TokenRecord.Revocation;
import io.octavo.server.security.TokenStore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CassandraTokenStoreIT {
    private static final Instant AT = Instant.ofEpochMilli(1_700_000_000_123L);
    private static CassandraStore store;

    @BeforeAll
    static void open() {
        store = TestCassandra.open(TestCassandra.config(TestCassandra.shared()));
    }

    @AfterAll
    static void close() {
        store.close();
    }

    @Test
    void aTokenComesBackAsItWas() {
        TokenRecord token = token("ci", "one", AT.plusSeconds(1));
        TokenRecord lasting = token("lasting", "two", null);
        assertThat(tokens().create(token)).isTrue();
        assertThat(tokens().create(lasting)).isTrue();
        assertThat(tokens().bySha256(sha256("one"))).isEqualTo(token);
        assertThat(tokens().byName("lasting")).isEqualTo(lasting);
        assertThat(tokens().bySha256(sha256("three"))).isNull();
        assertThat(tokens().byName("three")).isNull();
    }

    @Test
    void aNameIsTakenOnce() {
        assertThat(tokens().create(token("taken", "first", null))).isTrue();
        assertThat(tokens().create(token("taken", "second", null))).isFalse();
        assertThat(tokens().bySha256(sha256("second"))).isNull();
        assertThat(tokens().bySha256(sha256("first"))).isNotNull();
    }

    @Test
    void aRevocationStays() {
        assertThat(tokens().create(token("leaked", "leaked", null))).isTrue();
        Revocation revocation = new Revocation("ann", AT, "leaked");
        tokens().revoke("leaked", revocation);
        tokens().revoke("leaked", new Revocation("bob", AT, "again"));
        TokenRecord revoked = tokens().bySha256(sha256("leaked"));
        assertThat(revoked).isEqualTo(tokens().byName("leaked"));
        assertThat(revoked).extracting(TokenRecord::revoked).isEqualTo(revocation);
        tokens().revoke("never-made", revocation);
        assertThat(tokens().byName("never-made")).isNull();
    }

    @Test
    void aTokenThatWasRemovedIsGoneAndItsNameIsFree() {
        TokenRecord first = token("temporary", "first of it", AT);
        assertThat(tokens().create(first)).isTrue();
        tokens().remove(first);
        tokens().remove(first);
        assertThat(tokens().byName("temporary")).isNull();
        assertThat(tokens().bySha256(sha256("first of it"))).isNull();

        TokenRecord second = token("temporary", "second of it", null);
        assertThat(tokens().create(second)).isTrue();
        tokens().remove(first);
        assertThat(tokens().bySha256(sha256("second of it"))).isEqualTo(second);
    }

    @Test
    void pagesHaveEachTokenOnce() {
        for (int i = 0; i < 7; i++) {
            tokens().create(token("page-" + i, "page-" + i, null));
        }
        List<String> names = new ArrayList<>();
        List<TokenRecord> page = tokens().page("", 3);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(3);
            page.forEach(token -> names.add(token.name()));
            page = tokens().page(names.get(names.size() - 1), 3);
        }
        assertThat(names)
                .doesNotHaveDuplicates()
                .contains("page-0", "page-1", "page-2", "page-3", "page-4", "page-5", "page-6");
    }

    private static TokenStore tokens() {
        return store.tokens();
    }

    private static TokenRecord token(String name, String secret, @Nullable Instant expiresAt) {
        return new TokenRecord(
                name,
                sha256(secret),
                List.of(Grant.parse("reader *"), Grant.parse("operator prices*,a region=eu,app=shop;region=us")),
                List.of("shop"),
                "bootstrap:admin",
                AT,
                expiresAt,
                null);
    }

    private static ByteString sha256(String secret) {
        return ByteString.copyFrom(Digests.sha256(secret.getBytes(StandardCharsets.UTF_8)));
    }
}
