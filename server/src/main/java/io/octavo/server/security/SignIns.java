package io.octavo.server.security;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who calls by what the caller shows: the token of the configuration, a token of the store, or one of an OIDC
 * issuer. Nothing that a caller shows gets into a log or an error. Safe for use by many threads.
 */
public final class SignIns {
    /** The audit trail's name of who shows the token of the configuration. */
    public static final String BOOTSTRAP = "bootstrap:admin";

    private static final Pattern BEARER = Pattern.compile("[Bb][Ee][Aa][Rr][Ee][Rr] +([!-~]{1,8192})");
    private static final Duration LONGEST = Duration.ofSeconds(15);

    private final byte[] adminSha256;
    private final Identity admin = new Identity(BOOTSTRAP, List.of(Grant.ofAll(AccessRole.ADMIN)), List.of());
    private final KnownTokens tokens;
    private final @Nullable OidcTokens oidc;
    private final FailedSignIns failures;
    private final MeterRegistry meters;

    /** @param oidc null = there is no issuer */
    SignIns(
            SecurityConfig config,
            KnownTokens tokens,
            @Nullable OidcTokens oidc,
            FailedSignIns failures,
            MeterRegistry meters) {
        this.adminSha256 = HexFormat.of().parseHex(config.adminTokenSha256());
        this.tokens = tokens;
        this.oidc = oidc;
        this.failures = failures;
        this.meters = meters;
    }

    /**
     * Who calls, if that is known without asking anybody; else null. Doesn't block.
     *
     * @param authorization the header of that name; null = there is none
     * @param address       where the call comes from
     * @throws ServiceException UNAUTHENTICATED if nothing good was shown, RATE_LIMITED if that was once too often
     */
    public @Nullable Identity ifKnown(@Nullable String authorization, String address) {
        String token = token(authorization, address);
        ByteString sha256 = TokenSecret.sha256(token);
        if (MessageDigest.isEqual(sha256.toByteArray(), adminSha256)) {
            return admin;
        }
        Verdict verdict = isOurs(token)
                ? tokens.ifKnown(sha256)
                : oidc != null && OidcTokens.isOne(token) ? oidc.ifKnown(sha256) : Verdict.NOBODY;
        return verdict == null ? null : identity(verdict, address);
    }

    /** Who calls; asks whom it must. Doesn't block; fails as {@link #ifKnown} throws, or with UNAVAILABLE. */
    public CompletableFuture<Identity> find(@Nullable String authorization, String address) {
        try {
            Identity known = ifKnown(authorization, address);
            return known != null
                    ? CompletableFuture.completedFuture(known)
                    : ask(token(authorization, address), address);
        } catch (ServiceException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Who calls; blocks until that is found out. */
    public Identity await(@Nullable String authorization, String address) {
        try {
            return find(authorization, address).get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw refusal(e);
        } catch (TimeoutException e) {
            throw ServiceException.unavailable("the token can't be looked up now; try again", Duration.ofSeconds(2), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServiceException.unavailable("this node is stopping", Duration.ofSeconds(1), e);
        }
    }

    /** The refusal that a failed {@link #find} ends with. */
    static RuntimeException refusal(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof ExecutionException || cause instanceof CompletionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
    }

    private CompletableFuture<Identity> ask(String token, String address) {
        ByteString sha256 = TokenSecret.sha256(token);
        boolean isSuspect = failures.isSuspect(address);
        CompletableFuture<Verdict> asked =
                isOurs(token) || oidc == null ? tokens.ask(sha256, isSuspect) : oidc.ask(token, sha256, isSuspect);
        return asked.whenComplete((verdict, failure) -> {
                    if (failure != null) {
                        count("unavailable");
                    }
                })
                .thenApply(verdict -> identity(verdict, address));
    }

    private Identity identity(Verdict verdict, String address) {
        if (verdict.identity() == null) {
            throw refused(
                    address,
                    "Authorization: a token that is not good (expected: one that exists, has not"
                            + " expired and was not revoked)");
        }
        return verdict.identity();
    }

    private String token(@Nullable String authorization, String address) {
        if (authorization == null) {
            count("missing");
            throw ServiceException.of(ErrorCode.UNAUTHENTICATED, "Authorization: none (expected: Bearer and a token)");
        }
        Matcher bearer = BEARER.matcher(authorization);
        if (!bearer.matches()) {
            throw refused(address, "Authorization: something else (expected: Bearer and a token)");
        }
        return bearer.group(1);
    }

    private ServiceException refused(String address, String message) {
        Duration wait = failures.failed(address);
        count(wait == null ? "refused" : "limited");
        return wait == null
                ? ServiceException.of(ErrorCode.UNAUTHENTICATED, message)
                : ServiceException.rateLimited(
                        "bad tokens from " + address + ": too many (expected: a good one, which is still taken)", wait);
    }

    private static boolean isOurs(String token) {
        return token.startsWith(TokenSecret.PREFIX);
    }

    private void count(String outcome) {
        meters.counter("octavo.security.refusals", "outcome", outcome).increment();
    }
}
