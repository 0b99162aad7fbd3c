package io.octavo.server.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignInsTest {
    private static final String HERE = "192.0.2.1";

    private final TestTime time = new TestTime();
    private final InMemoryTokenStore store = new InMemoryTokenStore();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Tokens tokens = new Tokens(store, new SecureRandom(), time);
    private final SignIns signIns = new SignIns(
            new SecurityConfig(
                    true, HexFormat.of().formatHex(Digests.sha256("the first".getBytes(UTF_8))), "", Duration.ZERO),
            new KnownTokens(store, DirectLane.lookups(), (task, wait) -> {}, time, time, Duration.ofHours(1)),
            null,
            new FailedSignIns(time),
            meters);

    @Test
    void theTokenOfTheConfigurationMayDoEverything() {
        // No token has blanks; its hash alone counts, and this one can't even be shown.
        assertRefused("Bearer the first", ErrorCode.UNAUTHENTICATED);
        SignIns configured = withAdmin("octavo_first");
        Identity admin = configured.await("Bearer octavo_first", HERE);
        assertThat(admin.name()).isEqualTo("bootstrap:admin");
        Permissions.require(admin, Right.ADMINISTER, null, List.of());
        assertThat(configured.ifKnown("bearer  octavo_first", HERE)).isSameAs(admin);
    }

    @Test
    void withoutATokenInTheConfigurationNobodyIsIt() {
        SignIns none = new SignIns(
                new SecurityConfig(true, "", "", Duration.ZERO),
                new KnownTokens(store, DirectLane.lookups(), (task, wait) -> {}, time, time, Duration.ZERO),
                null,
                new FailedSignIns(time),
                meters);
        assertThatThrownBy(() -> none.await("Bearer octavo_x", HERE)).isInstanceOf(ServiceException.class);
    }

    @Test
    void aTokenOfTheStoreIsItsBearer() {
        String secret = tokens.create("ci", List.of(Grant.ofAll(AccessRole.PUBLISHER)), List.of("shop"), null, "test")
                .secret();
        assertThat(secret).matches("octavo_[A-Za-z0-9_-]{43}");
        Identity who = signIns.await("Bearer " + secret, HERE);
        assertThat(who.name()).isEqualTo("token:ci");
        assertThat(who.mayBe("recs")).isFalse();
        assertThat(signIns.ifKnown("Bearer " + secret, HERE)).isSameAs(who);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer ", "Basic YTpi", "octavo_x", "Bearer a b", "Bearer ü"})
    void whatIsNoBearerTokenIsRefusedWithoutBeingRepeated(String authorization) {
        ServiceException refused = assertRefused(authorization, ErrorCode.UNAUTHENTICATED);
        assertThat(refused).hasMessage("Authorization: something else (expected: Bearer and a token)");
        assertThat(store.asked()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"octavo_guess", "something", "a.b.c"})
    void aTokenThatIsNotGoodIsRefusedWithoutBeingRepeated(String token) {
        ServiceException refused = assertRefused("Bearer " + token, ErrorCode.UNAUTHENTICATED);
        assertThat(String.valueOf(refused.getMessage())).doesNotContain(token);
    }

    @Test
    void noTokenIsRefusedAndNotCounted() {
        for (int i = 0; i < 20; i++) {
            assertRefused(null, ErrorCode.UNAUTHENTICATED);
        }
        assertThat(meters.counter("octavo.security.refusals", "outcome", "missing")
                        .count())
                .isEqualTo(20);
    }

    @Test
    void guessersAreToldToWaitAndGoodTokensOfTheirAddressAreTaken() {
        String secret = tokens.create("ci", List.of(Grant.ofAll(AccessRole.READER)), List.of(), null, "test")
                .secret();
        for (int i = 0; i < 10; i++) {
            assertRefused("Bearer octavo_guess" + i, ErrorCode.UNAUTHENTICATED);
        }
        time.pass(Duration.ofSeconds(20));
        ServiceException refused = assertRefused("Bearer octavo_guess", ErrorCode.RATE_LIMITED);
        assertThat(Objects.requireNonNull(refused.retryAfter())).isEqualTo(Duration.ofSeconds(40));
        assertThat(signIns.await("Bearer " + secret, HERE).name()).isEqualTo("token:ci");
        assertThatThrownBy(() -> signIns.await("Bearer octavo_guess", "192.0.2.2"))
                .satisfies(e -> assertThat(((ServiceException) e).code()).isEqualTo(ErrorCode.UNAUTHENTICATED));
        time.pass(Duration.ofSeconds(40));
        assertRefused("Bearer octavo_guess", ErrorCode.UNAUTHENTICATED);
    }

    @Test
    void anIpv6NetworkIsOneAddress() {
        FailedSignIns failures = new FailedSignIns(time);
        for (int i = 0; i < 10; i++) {
            assertThat(failures.failed("2001:db8::" + i)).isNull();
        }
        assertThat(failures.isSuspect("2001:db8::ffff:1")).isTrue();
        assertThat(failures.isSuspect("2001:db8:0:1::1")).isFalse();
        assertThat(failures.failed("unknown")).isNull();
        assertThat(failures.isSuspect("unknown")).isFalse();
        assertThat(failures.failed("2001:db8::1")).isNotNull();
    }

    @Test
    void aStoreThatIsAwayIsNotTheCallersFault() {
        store.away(true);
        assertRefused("Bearer octavo_guess", ErrorCode.UNAVAILABLE);
        assertThat(meters.counter("octavo.security.refusals", "outcome", "unavailable")
                        .count())
                .isEqualTo(1);
    }

    private SignIns withAdmin(String secret) {
        return new SignIns(
                new SecurityConfig(
                        true, HexFormat.of().formatHex(Digests.sha256(secret.getBytes(UTF_8))), "", Duration.ZERO),
                new KnownTokens(store, DirectLane.lookups(), (task, wait) -> {}, time, time, Duration.ZERO),
                null,
                new FailedSignIns(time),
                meters);
    }

    private ServiceException assertRefused(@Nullable String authorization, ErrorCode code) {
        try {
            throw new AssertionError("let in: " + signIns.await(authorization, HERE));
        } catch (ServiceException refused) {
            assertThat(refused.code()).isEqualTo(code);
            return refused;
        }
    }
}
