package io.octavo.server.security;

import com.google.protobuf.ByteString;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Tokens in memory, in the order of their names. */
public final class InMemoryTokenStore implements TokenStore {
    private final NavigableMap<String, TokenRecord> tokens = new ConcurrentSkipListMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean isAway;

    /** Answers nothing until it is back. */
    public void away(boolean away) {
        isAway = away;
    }

    /** How often it was asked for a token by its hash. */
    int asked() {
        return asked.get();
    }

    @Override
    public boolean create(TokenRecord token) {
        return tokens.putIfAbsent(token.name(), token) == null;
    }

    @Override
    public @Nullable TokenRecord bySha256(ByteString sha256) {
        asked.incrementAndGet();
        if (isAway) {
            throw ServiceException.unavailable("away", Duration.ofSeconds(1), null);
        }
        return tokens.values().stream()
                .filter(token -> token.sha256().equals(sha256))
                .findFirst()
                .orElse(null);
    }

    @Override
    public @Nullable TokenRecord byName(String name) {
        return tokens.get(name);
    }

    @Override
    public List<TokenRecord> page(String after, int limit) {
        return tokens.tailMap(after, false).values().stream().limit(limit).toList();
    }

    @Override
    public void remove(TokenRecord token) {
        if (isAway) {
            throw ServiceException.unavailable("away", Duration.ofSeconds(1), null);
        }
        tokens.computeIfPresent(token.name(), (name, there) -> there.sha256().equals(token.sha256()) ? null : there);
    }

    @Override
    public void revoke(String name, TokenRecord.Revocation revocation) {
        tokens.computeIfPresent(
                name,
                (key, token) -> token.revoked() != null
                        ? token
                        : new TokenRecord(
                                token.name(),
                                token.sha256(),
                                token.grants(),
                                token.apps(),
                                token.createdBy(),
                                token.createdAt(),
                                token.expiresAt(),
                                revocation));
    }
}
