package io.octavo.server.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.ResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JSON Web Tokens of an OIDC issuer: signature by one of its keys (asymmetric algorithms only), issuer, audience and
 * times are verified once, and hold in memory for five minutes at most. Keys are fetched, cached, and looked for again
 * when a token names another one; while the issuer is away those known go on. Safe for use by many threads.
 */
final class OidcTokens {
    private static final Logger LOG = LoggerFactory.getLogger(OidcTokens.class);
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int MOST = 10_000;

    private final DefaultJWTProcessor<SecurityContext> processor;
    private final OidcClaims claims;
    private final Duration skew;
    private final Duration keysInterval;
    private final Lookups lookups;
    private final InstantSource clock;
    private final Cache<ByteString, Known> known =
            Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();

    private record Known(Identity identity, Instant until) {}

    /** @param keys fetches the issuer's keys, with a time-out */
    OidcTokens(OidcConfig config, ResourceRetriever keys, Lookups lookups, InstantSource clock) {
        this.claims = new OidcClaims(config);
        this.skew = config.clockSkew();
        this.keysInterval = config.keysInterval();
        this.lookups = lookups;
        this.clock = clock;
        this.processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, source(config, keys)));
        processor.setJWTClaimsSetVerifier(verifier(config, clock));
    }

    /** Whether it looks like one. */
    static boolean isOne(String token) {
        return token.chars().filter(c -> c == '.').count() == 2;
    }

    @Nullable
    Verdict ifKnown(ByteString sha256) {
        Known found = known.getIfPresent(sha256);
        return found != null && clock.instant().isBefore(found.until()) ? new Verdict(found.identity()) : null;
    }

    /** Verifies a token elsewhere, for that may have to fetch keys. */
    CompletableFuture<Verdict> ask(String token, ByteString sha256, boolean isSuspect) {
        try {
            return CompletableFuture.supplyAsync(() -> verify(token, sha256), lookups.of(isSuspect));
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(ServiceException.rateLimited(
                    "tokens being verified on this node: too many (expected: fewer); try again",
                    Duration.ofSeconds(1)));
        }
    }

    private Verdict verify(String token, ByteString sha256) {
        try {
            JWTClaimsSet verified = processor.process(token, null);
            Identity identity = claims.identity(verified);
            Instant expires = verified.getExpirationTime().toInstant().plus(skew);
            Instant longest = clock.instant().plus(LONGEST);
            known.put(sha256, new Known(identity, expires.isBefore(longest) ? expires : longest));
            return new Verdict(identity);
        } catch (KeySourceException e) {
            LOG.warn("the keys of the OIDC issuer can't be had: {}", e.getMessage());
            throw ServiceException.unavailable(
                    "the key of this token can't be had from its issuer now; try again", keysInterval, e);
        } catch (BadJOSEException | JOSEException | ParseException | InvalidField e) {
            // The reason tells claims and algorithms, never the token.
            LOG.debug("a token of the OIDC issuer is refused: {}", e.getMessage());
            return Verdict.NOBODY;
        }
    }

    private static JWKSource<SecurityContext> source(OidcConfig config, ResourceRetriever keys) {
        long longestFetch = 2 * config.timeout().toMillis();
        return JWKSourceBuilder.<SecurityContext>create(config.keys(), keys)
                .cache(
                        config.keysFresh().toMillis(),
                        longestFetch + config.timeout().toMillis())
                .rateLimited(config.keysInterval().toMillis())
                .refreshAheadCache(false)
                .outageTolerantForever()
                .build();
    }

    private static DefaultJWTClaimsVerifier<SecurityContext> verifier(OidcConfig config, InstantSource clock) {
        JWTClaimsSet exact = new JWTClaimsSet.Builder().issuer(config.issuer()).build();
        var verifier = new DefaultJWTClaimsVerifier<SecurityContext>(config.audience(), exact, Set.of("exp", "sub")) {
            @Override
            protected Date currentTime() {
                return Date.from(clock.instant());
            }
        };
        verifier.setMaxClockSkew((int) config.clockSkew().toSeconds());
        return verifier;
    }
}
