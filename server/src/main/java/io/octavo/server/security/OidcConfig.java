package io.octavo.server.security;

import io.octavo.rules.InvalidField;
import io.octavo.rules.Scopes;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys {@code octavo.security.oidc.*}: whose JSON Web Tokens are taken, and what their bearers may do.
 *
 * @param issuer       as the tokens name it; empty = no such tokens are taken
 * @param audience     that tokens must be made for
 * @param jwks         where the issuer's keys are: an address or a file
 * @param clientId     as what the UI is known to the issuer: a public client that signs people in by code flow with PKCE; empty =
 *     people show a token
 * @param nameClaim    the claim that the audit trail shows, after {@code oidc:}
 * @param rolesClaim   the claim whose values {@code grants} name; dots lead into objects, as {@code realm_access.roles}
 * @param clockSkew    how far the issuer's clock may be off
 * @param keysFresh    how long fetched keys hold; one that is not among them is looked for before that
 * @param keysInterval the least time between two such looks
 * @param timeout      for a connection to the issuer, and for its answer
 * @param grants       what bearers may do
 */
@ConfigurationProperties("octavo.security.oidc")
public record OidcConfig(
        @DefaultValue("") String issuer,
        @DefaultValue("") String audience,
        @DefaultValue("") String jwks,
        @DefaultValue("") String clientId,
        @DefaultValue("sub") String nameClaim,
        @DefaultValue("groups") String rolesClaim,
        @DefaultValue("30s") Duration clockSkew,
        @DefaultValue("5m") Duration keysFresh,
        @DefaultValue("30s") Duration keysInterval,
        @DefaultValue("5s") Duration timeout,
        @DefaultValue List<ClaimGrant> grants) {
    private static final String KEYS = "octavo.security.oidc.";
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    /**
     * What the bearers of a claim's value may do.
     *
     * @param value  of the claim
     * @param role   reader, publisher, operator or admin
     * @param topics globs
     * @param scope  where an operator may act; empty = everywhere
     */
    public record ClaimGrant(
            String value,
            String role,
            @DefaultValue("*") List<String> topics,
            @DefaultValue("") String scope) {
        public ClaimGrant {
            topics = List.copyOf(topics);
            if (value.isBlank()) {
                throw new InvalidField(KEYS + "grants.value", value, "a value of the claim");
            }
            grant(role, topics, scope);
        }

        Grant grant() {
            return grant(role, topics, scope);
        }

        private static Grant grant(String role, List<String> topics, String scope) {
            return new Grant(
                    AccessRole.parse(KEYS + "grants.role", role),
                    topics,
                    scope.isEmpty() ? List.of() : List.of(Scopes.parse(scope)));
        }
    }

    public OidcConfig {
        grants = List.copyOf(grants);
        if (!issuer.isEmpty()) {
            check("audience", audience, !audience.isBlank(), "whom the tokens are made for");
            url(jwks);
        }
        if (!clientId.isEmpty()) {
            check("issuer", issuer, isOrigin(issuer), "an https:// address, as octavo.security.oidc.client-id is set");
        }
        check("name-claim", nameClaim, !nameClaim.isBlank(), "a claim");
        check("roles-claim", rolesClaim, !rolesClaim.isBlank(), "a claim");
        check("clock-skew", clockSkew, inside(clockSkew, 0, 300_000), "0s to 5m");
        check("keys-fresh", keysFresh, inside(keysFresh, 2, 86_400_000), "2ms to 24h");
        check(
                "keys-interval",
                keysInterval,
                inside(keysInterval, 1, keysFresh.toMillis() - 1),
                "1ms or more, and less than keys-fresh");
        check("timeout", timeout, inside(timeout, 1, 60_000), "1ms to 1m");
    }

    /** Where the UI takes people to sign in; null = nowhere. */
    public @Nullable URI signIn() {
        return clientId.isEmpty() ? null : URI.create(issuer);
    }

    /** Browsers give no code to anybody on the way: plain HTTP is for issuers on this machine. */
    private static boolean isOrigin(String issuer) {
        try {
            URI address = URI.create(issuer);
            return address.getHost() != null
                    && ("https".equals(address.getScheme())
                            || ("http".equals(address.getScheme()) && LOOPBACK.contains(address.getHost())));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    boolean isOn() {
        return !issuer.isEmpty();
    }

    URL keys() {
        return url(jwks);
    }

    private static URL url(String jwks) {
        try {
            if (jwks.startsWith("https://") || jwks.startsWith("http://")) {
                return URI.create(jwks).toURL();
            }
            if (!jwks.isBlank()) {
                return Path.of(jwks).toAbsolutePath().toUri().toURL();
            }
        } catch (MalformedURLException | IllegalArgumentException e) {
            // Said below.
        }
        throw new InvalidField(KEYS + "jwks", jwks, "https://…, http://… or a file");
    }

    private static boolean inside(Duration value, long from, long to) {
        return value.toMillis() >= from && value.toMillis() <= to;
    }

    private static void check(String key, Object value, boolean right, String expected) {
        if (!right) {
            throw new InvalidField(KEYS + key, value, expected);
        }
    }
}
