package io.octavo.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.octavo.rules.InvalidField;
import io.octavo.server.security.OidcConfig.ClaimGrant;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class SecurityConfigTest {
    private static final String SHA_256 = "ab".repeat(32);
    private static final String SECRET = "s".repeat(32);

    @Test
    void defaults() {
        assertThat(security(Map.of())).isEqualTo(new SecurityConfig(false, "", "", Duration.ofHours(24)));
        OidcConfig oidc = oidc(Map.of());
        assertThat(oidc)
                .isEqualTo(new OidcConfig(
                        "",
                        "",
                        "",
                        "",
                        "sub",
                        "groups",
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(5),
                        List.of()));
        assertThat(oidc.isOn()).isFalse();
        assertThat(oidc.signIn()).isNull();
    }

    @Test
    void everyKey() {
        Map<String, String> keys = Map.of(
                "octavo.security.enabled",
                "true",
                "octavo.security.admin-token-sha256",
                SHA_256,
                "octavo.security.node-secret",
                SECRET,
                "octavo.security.token-outage",
                "1h");
        assertThat(security(keys)).isEqualTo(new SecurityConfig(true, SHA_256, SECRET, Duration.ofHours(1)));
    }

    @Test
    void everyKeyOfAnIssuer() {
        Map<String, String> keys = new HashMap<>();
        keys.put("issuer", "https://issuer");
        keys.put("audience", "octavo");
        keys.put("jwks", "https://issuer/keys");
        keys.put("name-claim", "email");
        keys.put("roles-claim", "realm_access.roles");
        keys.put("clock-skew", "1s");
        keys.put("keys-fresh", "20s");
        keys.put("keys-interval", "3s");
        keys.put("client-id", "octavo-ui");
        keys.put("timeout", "4s");
        keys.put("grants[0].value", "ops");
        keys.put("grants[0].role", "operator");
        keys.put("grants[0].topics", "prices*,team-a.*");
        keys.put("grants[0].scope", "region=eu,app=shop");
        keys.put("grants[1].value", "all");
        keys.put("grants[1].role", "reader");
        OidcConfig oidc = oidc(keys);
        assertThat(oidc)
                .isEqualTo(new OidcConfig(
                        "https://issuer",
                        "octavo",
                        "https://issuer/keys",
                        "octavo-ui",
                        "email",
                        "realm_access.roles",
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(4),
                        List.of(
                                new ClaimGrant("ops", "operator", List.of("prices*", "team-a.*"), "region=eu,app=shop"),
                                new ClaimGrant("all", "reader", List.of("*"), ""))));
        assertThat(oidc.isOn()).isTrue();
        assertThat(oidc.signIn()).hasToString("https://issuer");
        assertThat(oidc.grants().get(0).grant()).isEqualTo(Grant.parse("operator prices*,team-a.* region=eu,app=shop"));
    }

    @Test
    void secretsAreNeitherShownNorToldInErrors() {
        assertThat(new SecurityConfig(true, SHA_256, SECRET, Duration.ZERO).toString())
                .doesNotContain(SHA_256)
                .doesNotContain(SECRET);
        assertThatThrownBy(() -> security(Map.of("octavo.security.admin-token-sha256", "octavo_secret")))
                .rootCause()
                .hasMessageStartingWith("octavo.security.admin-token-sha256: 13 characters")
                .hasMessageNotContaining("octavo_secret");
        assertThatThrownBy(() -> security(Map.of("octavo.security.node-secret", "too-short")))
                .rootCause()
                .hasMessageStartingWith("octavo.security.node-secret: 9 characters")
                .hasMessageNotContaining("too-short");
    }

    @ParameterizedTest
    @CsvSource({"token-outage, -1s", "token-outage, 8d", "admin-token-sha256, ABAB"})
    void valuesOutOfBoundsAreRefusedByName(String key, String value) {
        String name = "octavo.security." + key;
        assertThatThrownBy(() -> security(Map.of(name, value)))
                .hasRootCauseInstanceOf(InvalidField.class)
                .rootCause()
                .hasMessageStartingWith(name + ": ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "audience|''",
                "jwks|''",
                "jwks|http://[",
                "name-claim|''",
                "roles-claim|''",
                "clock-skew|6m",
                "keys-fresh|25h",
                "keys-fresh|1ms",
                "keys-interval|0s",
                "keys-interval|5m",
                "timeout|2m",
                "grants[0].value|''",
                "grants[0].role|king",
                "grants[0].topics|A",
                "grants[0].scope|nowhere"
            })
    void valuesOfAnIssuerOutOfBoundsAreRefused(String key, String value) {
        Map<String, String> keys = new HashMap<>(Map.of(
                "issuer", "https://issuer",
                "audience", "octavo",
                "jwks", "/keys.json",
                "grants[0].value", "ops",
                "grants[0].role", "operator"));
        assertThat(oidc(keys).keys()).hasProtocol("file");
        keys.put(key, value);
        assertThatThrownBy(() -> oidc(keys)).hasRootCauseInstanceOf(InvalidField.class);
    }

    private static SecurityConfig security(Map<String, String> keys) {
        return bind(keys, "octavo.security", SecurityConfig.class);
    }

    private static OidcConfig oidc(Map<String, String> keys) {
        Map<String, String> prefixed = new HashMap<>();
        keys.forEach((key, value) -> prefixed.put("octavo.security.oidc." + key, value));
        return bind(prefixed, "octavo.security.oidc", OidcConfig.class);
    }

    private static <T> T bind(Map<String, String> keys, String prefix, Class<T> type) {
        return new Binder(new MapConfigurationPropertySource(keys)).bindOrCreate(prefix, type);
    }
}
