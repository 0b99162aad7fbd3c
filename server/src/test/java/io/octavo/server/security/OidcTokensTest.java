package io.octavo.server.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.security.OidcConfig.ClaimGrant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OidcTokensTest {
    private static final String ISSUER = "https://issuer.example.org";

    private final TestTime time = new TestTime();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Issuer issuer;
    private RSAKey key;

    OidcTokensTest() throws Exception {
        issuer = new Issuer();
        key = Issuer.rsa("first");
    }

    @BeforeEach
    void serve() {
        issuer.serves(key.toPublicJWK());
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    @Test
    void aGoodTokenIsItsBearerWithTheGrantsOfItsClaims() throws Exception {
        OidcTokens tokens = tokens();
        String token = Issuer.sign(key, claims().build());
        assertThat(tokens.ifKnown(TokenSecret.sha256(token))).isNull();
        Identity who = bearer(tokens, token);
        assertThat(who.name()).isEqualTo("oidc:alice@example.org");
        assertThat(who.grants()).extracting(Grant::format).containsExactly("reader *", "operator prices* region=eu");
        assertThat(Objects.requireNonNull(tokens.ifKnown(TokenSecret.sha256(token)))
                        .identity())
                .isSameAs(who);
        assertThat(meters.timer("octavo.security.keys", "outcome", "ok").count())
                .isEqualTo(1);
    }

    @Test
    void ellipticCurvesAreTakenToo() throws Exception {
        var curve = Issuer.ec("curve");
        issuer.serves(curve.toPublicJWK());
        assertThat(bearer(tokens(), Issuer.sign(curve, claims().build())).name())
                .startsWith("oidc:");
    }

    @Test
    void rolesAreFoundInObjectsAndInWords() throws Exception {
        OidcTokens nested = tokens("realm_access.roles", Duration.ofMinutes(5));
        String token = Issuer.sign(
                key,
                claims().claim("realm_access", Map.of("roles", List.of("all"))).build());
        assertThat(bearer(nested, token).grants()).containsExactly(Grant.parse("reader *"));

        OidcTokens words = tokens("scope", Duration.ofMinutes(5));
        token = Issuer.sign(key, claims().claim("scope", "openid all").build());
        assertThat(bearer(words, token).grants()).containsExactly(Grant.parse("reader *"));

        OidcTokens nothing = tokens("none.at.all", Duration.ofMinutes(5));
        assertThat(bearer(nothing, token).grants()).isEmpty();
    }

    @Test
    void withoutTheClaimOfNamesTheSubjectIsShown() throws Exception {
        String token = Issuer.sign(key, claims().claim("email", null).build());
        assertThat(bearer(tokens(), token).name()).isEqualTo("oidc:alice");
        String broken = Issuer.sign(key, claims().claim("email", "a\nb").build());
        assertRefused(tokens(), broken);
    }

    @Test
    void tokensOfOthersForOthersOrOutOfTimeAreRefused() throws Exception {
        Instant now = time.instant();
        for (JWTClaimsSet wrong : List.of(
                claims().issuer("https://other").build(),
                claims().issuer(null).build(),
                claims().audience("other").build(),
                claims().audience((String) null).build(),
                claims().subject(null).build(),
                claims().expirationTime(null).build(),
                claims().expirationTime(Date.from(now.minusSeconds(31))).build(),
                claims().notBeforeTime(Date.from(now.plusSeconds(32))).build())) {
            assertRefused(tokens(), Issuer.sign(key, wrong));
        }
        String justInTime = Issuer.sign(
                key, claims().expirationTime(Date.from(now.minusSeconds(29))).build());
        assertThat(bearer(tokens(), justInTime).name()).isEqualTo("oidc:alice@example.org");
    }

    @Test
    void aTokenIsNotRememberedBeyondItsTimeNorForLong() throws Exception {
        OidcTokens tokens = tokens();
        String brief = Issuer.sign(
                key,
                claims().expirationTime(Date.from(time.instant().plusSeconds(10)))
                        .build());
        String lasting = Issuer.sign(key, claims().build());
        bearer(tokens, brief);
        bearer(tokens, lasting);
        time.pass(Duration.ofSeconds(40));
        assertThat(tokens.ifKnown(TokenSecret.sha256(brief))).isNull();
        assertRefused(tokens, brief);
        assertThat(tokens.ifKnown(TokenSecret.sha256(lasting))).isNotNull();
        time.pass(Duration.ofMinutes(5));
        assertThat(tokens.ifKnown(TokenSecret.sha256(lasting))).isNull();
    }

    @Test
    void aTokenThatNobodySignedIsRefused() throws Exception {
        assertRefused(tokens(), new PlainJWT(claims().build()).serialize());
    }

    @Test
    void aTokenSignedWithThePublicKeyAsASecretIsRefused() throws Exception {
        for (byte[] secret : List.of(
                key.toPublicJWK().toJSONString().getBytes(UTF_8),
                key.toRSAPublicKey().getEncoded())) {
            SignedJWT forged = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build(), claims().build());
            forged.sign(new MACSigner(secret));
            assertRefused(tokens(), forged.serialize());
        }
    }

    @Test
    void aTokenSignedByAnotherKeyOfTheSameNameOrChangedIsRefused() throws Exception {
        assertRefused(tokens(), Issuer.sign(Issuer.rsa("first"), claims().build()));
        String good = Issuer.sign(key, claims().build());
        String other = Issuer.sign(key, claims().subject("bob").build());
        assertRefused(tokens(), good.substring(0, good.lastIndexOf('.')) + other.substring(other.lastIndexOf('.')));
        assertRefused(tokens(), "a.b.c");
        assertRefused(tokens(), "..");
    }

    @Test
    void aNewKeyIsLookedForOnceAndNotAtEveryToken() throws Exception {
        OidcTokens tokens = tokens();
        bearer(tokens, Issuer.sign(key, claims().build()));
        RSAKey rotated = Issuer.rsa("second");
        issuer.serves(key.toPublicJWK(), rotated.toPublicJWK());
        assertThat(bearer(tokens, Issuer.sign(rotated, claims().build())).name())
                .startsWith("oidc:");
        assertThat(issuer.fetches()).isEqualTo(2);
        RSAKey unknown = Issuer.rsa("third");
        for (int i = 0; i < 5; i++) {
            String guess = Issuer.sign(unknown, claims().jwtID("" + i).build());
            assertThatThrownBy(() ->
                            tokens.ask(guess, TokenSecret.sha256(guess), false).join())
                    .hasCauseInstanceOf(ServiceException.class);
        }
        assertThat(issuer.fetches()).isLessThanOrEqualTo(3);
    }

    @Test
    @Timeout(30)
    void whileTheIssuerIsAwayKnownKeysGoOn() throws Exception {
        OidcTokens tokens = tokens("groups", Duration.ofMillis(2));
        bearer(tokens, Issuer.sign(key, claims().build()));
        issuer.away(true);
        // Until they are fresh no more, and are asked for.
        Timer failed = meters.timer("octavo.security.keys", "outcome", "failed");
        for (int i = 0; i < 3 || failed.count() == 0; i++) {
            String next = Issuer.sign(key, claims().jwtID("" + i).build());
            assertThat(bearer(tokens, next).name()).startsWith("oidc:");
        }
    }

    @Test
    void anIssuerThatWasNeverReachedIsNotTheCallersFault() throws Exception {
        issuer.away(true);
        String token = Issuer.sign(key, claims().build());
        assertThatThrownBy(() ->
                        tokens().ask(token, TokenSecret.sha256(token), false).join())
                .cause()
                .satisfies(e -> assertThat(((ServiceException) e).code()).isEqualTo(ErrorCode.UNAVAILABLE));
    }

    @Test
    void keysCanComeFromAFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("keys.json");
        Files.writeString(file, new com.nimbusds.jose.jwk.JWKSet(key.toPublicJWK()).toString());
        OidcConfig config = config(file.toString(), "groups", Duration.ofMinutes(5));
        OidcTokens tokens = new OidcTokens(config, new KeyFetch(config, meters), DirectLane.lookups(), time);
        assertThat(bearer(tokens, Issuer.sign(key, claims().build())).name()).startsWith("oidc:");
    }

    private OidcTokens tokens() throws IOException {
        return tokens("groups", Duration.ofMinutes(5));
    }

    private OidcTokens tokens(String rolesClaim, Duration fresh) {
        OidcConfig config = config(issuer.keysAddress(), rolesClaim, fresh);
        return new OidcTokens(config, new KeyFetch(config, meters), DirectLane.lookups(), time);
    }

    private static OidcConfig config(String jwks, String rolesClaim, Duration fresh) {
        return new OidcConfig(
                ISSUER,
                "octavo",
                jwks,
                "",
                "email",
                rolesClaim,
                Duration.ofSeconds(30),
                fresh,
                fresh.compareTo(Duration.ofMinutes(1)) < 0 ? Duration.ofMillis(1) : Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                List.of(
                        new ClaimGrant("all", "reader", List.of("*"), ""),
                        new ClaimGrant("eu-operators", "operator", List.of("prices*"), "region=eu"),
                        new ClaimGrant("kings", "admin", List.of("*"), "")));
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(List.of("others", "octavo"))
                .subject("alice")
                .claim("email", "alice@example.org")
                .claim("groups", List.of("eu-operators", "all", "unknown"))
                .expirationTime(Date.from(time.instant().plusSeconds(3600)));
    }

    private static Identity bearer(OidcTokens tokens, String token) {
        assertThat(OidcTokens.isOne(token)).isTrue();
        return Objects.requireNonNull(
                tokens.ask(token, TokenSecret.sha256(token), false).join().identity());
    }

    private static void assertRefused(OidcTokens tokens, String token) {
        assertThat(tokens.ask(token, TokenSecret.sha256(token), false).join()).isEqualTo(Verdict.NOBODY);
        assertThat(tokens.ifKnown(TokenSecret.sha256(token))).isNull();
    }
}
