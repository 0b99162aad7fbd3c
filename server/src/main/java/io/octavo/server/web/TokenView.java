package io.octavo.server.web;

import io.octavo.rules.Scopes;
import io.octavo.server.security.Grant;
import io.octavo.server.security.TokenRecord;
import io.octavo.server.security.TokenRecord.Revocation;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token as it is shown.
 *
 * @param token what its bearer is to show: told once, when it is made; else null
 */
record TokenView(
        String name,
        List<GrantView> grants,
        List<String> apps,
        Instant createdAt,
        String createdBy,
        @Nullable Instant expiresAt,
        @Nullable RevocationView revoked,
        @Nullable String token) {

    /** A role for some topics, and where. */
    record GrantView(String role, List<String> topics, List<String> scopes) {
        static GrantView of(Grant grant) {
            return new GrantView(
                    grant.role().word(),
                    grant.topics(),
                    grant.scopes().stream().map(Scopes::format).toList());
        }
    }

    /** Who took it back, when and why. */
    record RevocationView(Instant at, String by, String reason) {
        static @Nullable RevocationView of(@Nullable Revocation revoked) {
            return revoked == null ? null : new RevocationView(revoked.at(), revoked.by(), revoked.reason());
        }
    }

    /** A page of tokens. */
    record TokenPage(List<TokenView> tokens, @Nullable String nextPageToken) {}

    static TokenView of(TokenRecord token) {
        return of(token, null);
    }

    static TokenView of(TokenRecord token, @Nullable String secret) {
        return new TokenView(
                token.name(),
                token.grants().stream().map(GrantView::of).toList(),
                token.apps(),
                token.createdAt(),
                token.createdBy(),
                token.expiresAt(),
                RevocationView.of(token.revoked()),
                secret);
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "TokenView[" + name + "]";
    }
}
