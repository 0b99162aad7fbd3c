package io.octavo.server.security;

import com.google.protobuf.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where tokens are kept. Calls block, with a time-out of the store's, and throw a
 * {@link io.octavo.server.errors.ServiceException} UNAVAILABLE if it can't answer. Safe for use by several threads.
 */
public interface TokenStore {
    /** Keeps a new token; false if there is, or was, another one of its name. */
    boolean create(TokenRecord token);

    /** The token whose bearers show what has this SHA-256, also a revoked one; null if there is none. */
    @Nullable
    TokenRecord bySha256(ByteString sha256);

    /** The token of a name, also a revoked one; null if there is none. */
    @Nullable
    TokenRecord byName(String name);

    /**
     * Tokens in an order that stays, also revoked ones.
     *
     * @param after the name after which the page begins; empty = at the beginning
     */
    List<TokenRecord> page(String after, int limit);

    /** Takes a token back for ever. Does nothing if it was before, or never was. */
    void revoke(String name, TokenRecord.Revocation revocation);
}
