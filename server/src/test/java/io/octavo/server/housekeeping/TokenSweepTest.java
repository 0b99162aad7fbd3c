package io.octavo.server.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.rules.Digests;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.security.Grant;
import io.octavo.server.security.InMemoryTokenStore;
import io.octavo.server.security.TokenRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TokenSweepTest {
    private static final Duration MARGIN = Duration.ofDays(400);

    private final TestTime time = new TestTime();
    private final InMemoryTokenStore tokens = new InMemoryTokenStore();
    private final TokenSweep sweep = new TokenSweep(tokens, MARGIN, time, new SimpleMeterRegistry());

    @Test
    void whatHasEndedLongAgoGoesAndNothingElse() {
        create("lasting", null);
        create("expired", time.instant().plusSeconds(60));
        create("expires-later", time.instant().plus(Duration.ofDays(2)));
        create("revoked", null);
        tokens.revoke("revoked", new TokenRecord.Revocation("ann", time.instant(), "leaked"));
        time.pass(MARGIN.plusSeconds(60));
        assertThat(Runs.of(sweep).doneCount()).isEqualTo(1);
        assertThat(names()).containsExactly("expired", "expires-later", "lasting");
        time.pass(Duration.ofDays(1));
        Runs.of(sweep);
        assertThat(names()).containsExactly("expires-later", "lasting");
        time.pass(Duration.ofDays(1_000));
        Runs.of(sweep);
        assertThat(names()).containsExactly("lasting");
    }

    @Test
    void aRevokedTokenGoesByItsRevocationAlsoIfItWouldNotHaveExpired() {
        create("revoked", time.instant().plus(MARGIN.multipliedBy(2)));
        tokens.revoke("revoked", new TokenRecord.Revocation("ann", time.instant(), "leaked"));
        time.pass(MARGIN.plusSeconds(1));
        Runs.of(sweep);
        assertThat(names()).isEmpty();
    }

    @Test
    void allPagesAreLookedAtAndARunThatBreaksOffIsDoneAgain() {
        for (int i = 0; i < 1_200; i++) {
            create("token-" + i, time.instant().plusSeconds(1));
        }
        time.pass(MARGIN.plusSeconds(2));
        assertThat(Runs.steps(sweep, 700).doneCount()).isEqualTo(700);
        tokens.away(true);
        assertThatThrownBy(() -> Runs.of(sweep)).isInstanceOf(ServiceException.class);
        tokens.away(false);
        assertThat(Runs.of(sweep).doneCount()).isEqualTo(500);
        assertThat(names()).isEmpty();
    }

    private List<String> names() {
        return tokens.page("", 10_000).stream().map(TokenRecord::name).toList();
    }

    private void create(String name, @Nullable Instant expiresAt) {
        ByteString sha256 = ByteString.copyFrom(Digests.sha256(name.getBytes(StandardCharsets.UTF_8)));
        tokens.create(new TokenRecord(
                name, sha256, List.of(Grant.parse("reader *")), List.of(), "admin", time.instant(), expiresAt, null));
    }
}
