package io.octavo.server.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import io.octavo.server.errors.ServiceException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens in memory, good and bad ones apart and each bounded, by the SHA-256 of what their bearers show. What was asked
 * of the store holds for five seconds: so long may a revoked token be taken. While the store is away, tokens that were
 * good go on for a bound. Safe for use by many threads.
 */
final class KnownTokens {
    /** How long an answer of the store holds. */
    static final Duration FRESH = Duration.ofSeconds(5);
    /** A good token in use is asked for again before its answer is old, so that nobody waits. */
    private static final Duration AHEAD = FRESH.dividedBy(2);
    /** How long a bearer of a good token waits for the store to confirm it. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(KnownTokens.class);
    private static final int MOST = 10_000;

    private final TokenStore store;
    private final Lookups lookups;
    private final BiConsumer<Runnable, Duration> later;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final long outageNanos;
    private final Cache<ByteString, Known> good =
            Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();
    private final Cache<ByteString, Long> bad =
            Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();
    private final ConcurrentHashMap<ByteString, CompletableFuture<Verdict>> asking = new ConcurrentHashMap<>();

    /**
     * @param later    runs something after a while; it doesn't block
     * @param nanoTime as {@link System#nanoTime}
     * @param outage   how long good tokens go on while the store is away
     */
    KnownTokens(
            TokenStore store,
            Lookups lookups,
            BiConsumer<Runnable, Duration> later,
            InstantSource clock,
            LongSupplier nanoTime,
            Duration outage) {
        this.store = store;
        this.lookups = lookups;
        this.later = later;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.outageNanos = outage.toNanos();
    }

    /**
     * A token that was good.
     *
     * @param confirmedAt when the store said so last
     * @param askedAt     when the store was asked last, whether it answered or not
     */
    private record Known(TokenRecord token, Identity identity, long confirmedAt, long askedAt) {}

    /** What is known without asking anybody; null if the store must be asked. */
    @Nullable
    Verdict ifKnown(ByteString sha256) {
        long now = nanoTime.getAsLong();
        Known known = good.getIfPresent(sha256);
        if (known != null) {
            long age = now - known.askedAt();
            if (age >= FRESH.toNanos()) {
                return null;
            }
            if (age >= AHEAD.toNanos() && !asking.containsKey(sha256)) {
                var unused = ask(sha256, false);
            }
            return verdict(known);
        }
        Long refusedAt = bad.getIfPresent(sha256);
        return refusedAt != null && now - refusedAt < FRESH.toNanos() ? Verdict.NOBODY : null;
    }

    /**
     * Asks the store, once at a time for each token. Doesn't block; the answer is an exception if the store is away and
     * the token wasn't known.
     */
    CompletableFuture<Verdict> ask(ByteString sha256, boolean isSuspect) {
        CompletableFuture<Verdict> mine = new CompletableFuture<>();
        CompletableFuture<Verdict> others = asking.putIfAbsent(sha256, mine);
        if (others != null) {
            return others;
        }
        Known known = good.getIfPresent(sha256);
        Executor executor = known == null ? lookups.of(isSuspect) : lookups.known();
        try {
            executor.execute(() -> answer(sha256, known, mine));
        } catch (RejectedExecutionException e) {
            asking.remove(sha256);
            give(
                    mine,
                    known,
                    ServiceException.rateLimited(
                            "tokens being looked up on this node: too many (expected: fewer); try again",
                            Duration.ofSeconds(1)));
            return mine;
        }
        if (known != null && mayGoOn(known)) {
            later.accept(() -> mine.complete(verdict(known)), PATIENCE);
        }
        return mine;
    }

    private void answer(ByteString sha256, @Nullable Known known, CompletableFuture<Verdict> asked) {
        try {
            asked.complete(found(sha256, store.bySha256(sha256)));
        } catch (RuntimeException e) {
            if (known != null && mayGoOn(known)) {
                LOG.debug("{} goes on for now: it can't be looked up", known.identity(), e);
                good.put(sha256, new Known(known.token(), known.identity(), known.confirmedAt(), nanoTime.getAsLong()));
            }
            give(asked, known, e);
        } finally {
            asking.remove(sha256);
        }
    }

    private Verdict found(ByteString sha256, @Nullable TokenRecord token) {
        long now = nanoTime.getAsLong();
        boolean isIt = token != null
                && MessageDigest.isEqual(token.sha256().toByteArray(), sha256.toByteArray())
                && token.isGood(clock.instant());
        if (token == null || !isIt) {
            good.invalidate(sha256);
            bad.put(sha256, now);
            return Verdict.NOBODY;
        }
        Known before = good.getIfPresent(sha256);
        // The same identity again remembers what it may read.
        Identity identity = before != null && before.token().equals(token) ? before.identity() : token.identity();
        Known known = new Known(token, identity, now, now);
        good.put(sha256, known);
        return verdict(known);
    }

    private void give(CompletableFuture<Verdict> asked, @Nullable Known known, RuntimeException failure) {
        if (known != null && mayGoOn(known)) {
            asked.complete(verdict(known));
        } else {
            asked.completeExceptionally(failure);
        }
    }

    /** Whether it is taken although the store can't be asked. */
    private boolean mayGoOn(Known known) {
        return nanoTime.getAsLong() - known.confirmedAt() < outageNanos;
    }

    private Verdict verdict(Known known) {
        return known.token().isGood(clock.instant()) ? new Verdict(known.identity()) : Verdict.NOBODY;
    }
}
