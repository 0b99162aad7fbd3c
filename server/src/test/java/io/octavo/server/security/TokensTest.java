package io.octavo.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokensTest {
    private static final List<Grant> READER = List.of(Grant.ofAll(AccessRole.READER));

    private final TestTime time = new TestTime();
    private final InMemoryTokenStore store = new InMemoryTokenStore();
    private final Tokens tokens = new Tokens(store, new SecureRandom(), time);

    @Test
    void theSecretIsKeptNowhere() {
        Tokens.Made made = tokens.create("ci", READER, List.of(), null, "me");
        assertThat(made.toString()).doesNotContain(made.secret());
        assertThat(made.token().toString()).doesNotContain(made.secret());
        assertThat(store.byName("ci")).isEqualTo(made.token());
        assertThat(made.token().sha256()).isEqualTo(TokenSecret.sha256(made.secret()));
        assertThat(tokens.create("other", READER, List.of(), null, "me").secret())
                .isNotEqualTo(made.secret());
    }

    @Test
    void aNameIsUsedOnce() {
        tokens.create("ci", READER, List.of(), null, "me");
        assertTaken();
        tokens.revoke("ci", "old", "me");
        assertTaken();
    }

    @Test
    void revokingTwiceKeepsTheFirst() {
        tokens.create("ci", READER, List.of(), null, "me");
        TokenRecord first = tokens.revoke("ci", "leaked", "ann");
        assertThat(first.revoked()).isEqualTo(new TokenRecord.Revocation("ann", TestTime.START, "leaked"));
        assertThat(tokens.revoke("ci", "again", "bob")).isEqualTo(first);
        assertThatThrownBy(() -> tokens.revoke("none", "x", "me"))
                .satisfies(e -> assertThat(((ServiceException) e).code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void badInputIsRefusedByName() {
        assertThatThrownBy(() -> tokens.create("Ci", READER, List.of(), null, "me"))
                .hasMessageStartingWith("name: Ci");
        assertThatThrownBy(() -> tokens.create("a".repeat(65), READER, List.of(), null, "me"))
                .hasMessageStartingWith("name: ");
        assertThatThrownBy(() -> tokens.create("ci", List.of(), List.of(), null, "me"))
                .hasMessageStartingWith("grants: none");
        assertThatThrownBy(() -> tokens.create("ci", READER, List.of(), TestTime.START, "me"))
                .hasMessageStartingWith("expiresAt: ");
        assertThatThrownBy(() -> tokens.revoke("ci", " ", "me")).hasMessageStartingWith("reason: ");
        assertThat(tokens.page("", 10)).isEmpty();
    }

    private void assertTaken() {
        assertThatThrownBy(() -> tokens.create("ci", READER, List.of(), null, "me"))
                .satisfies(e -> assertThat(((ServiceException) e).code()).isEqualTo(ErrorCode.NAME_TAKEN));
    }
}
