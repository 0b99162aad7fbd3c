package io.octavo.server.security;

import com.google.protobuf.ByteString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where tokens are kept. Calls block, with a time-out of the store's, and throw a
 * {@link io.octavo.server.errors.ServiceException} UNAVAILABLE if it can't answer. Safe for use by several threads.
 */
public interface TokenStore {
    /** Keeps a new token; false if there is another one of its name, be it revoked. */
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

    /**
     * Removes this very token for ever; its name can be given again. Only of one that is good for nothing any more, and
     * that nothing speaks of. Harmless if it isn't there, or its name is another's.
     */
    void remove(TokenRecord token);
}
