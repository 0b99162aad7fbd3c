package io.octavo.server.security;

import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.security.TokenRecord.Revocation;
import io.octavo.server.topic.Limits;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes, lists and revokes tokens. Calls block. Safe for use by several threads. */
public final class Tokens {
    private final TokenStore store;
    private final SecureRandom random;
    private final InstantSource clock;

    public Tokens(TokenStore store, SecureRandom random, InstantSource clock) {
        this.store = store;
        this.random = random;
        this.clock = clock;
    }

    /**
     * A token that was just made.
     *
     * @param secret what its bearer is to show; not to be had again
     */
    public record Made(TokenRecord token, String secret) {
        @Override
        public String toString() {
            return "Made[" + token.name() + "]";
        }
    }

    /**
     * Makes a token.
     *
     * @param expiresAt null = never
     * @throws ServiceException NAME_TAKEN if the name is taken
     */
    public Made create(String name, List<Grant> grants, List<String> apps, @Nullable Instant expiresAt, String who) {
        Instant now = Instant.ofEpochMilli(clock.millis());
        if (grants.isEmpty()) {
            throw new InvalidField("grants", "none", "at least one");
        }
        if (expiresAt != null && !expiresAt.isAfter(now)) {
            throw new InvalidField("expiresAt", expiresAt, "a time to come");
        }
        String secret = TokenSecret.generate(random);
        TokenRecord token = new TokenRecord(name, TokenSecret.sha256(secret), grants, apps, who, now, expiresAt, null);
        if (!store.create(token)) {
            throw ServiceException.of(
                    ErrorCode.NAME_TAKEN, "name: " + name + " (expected: one that no token has or had)");
        }
        return new Made(token, secret);
    }

    /** A page of all tokens; see {@link TokenStore#page}. */
    public List<TokenRecord> page(String after, int limit) {
        return store.page(after, limit);
    }

    /**
     * Takes a token back for ever; doing it again changes nothing.
     *
     * @throws ServiceException NOT_FOUND if there is no such token
     */
    public TokenRecord revoke(String name, String reason, String who) {
        TokenRecord.checkName(name);
        Limits.checkSaid("reason", reason, Limits.REASON_LENGTH);
        store.revoke(name, new Revocation(who, Instant.ofEpochMilli(clock.millis()), reason));
        TokenRecord token = store.byName(name);
        if (token == null) {
            throw ServiceException.of(ErrorCode.NOT_FOUND, "no token " + name);
        }
        return token;
    }
}
