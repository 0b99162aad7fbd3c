package io.octavo.server.security;

import io.octavo.rules.InvalidField;
import java.time.Duration;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys {@code octavo.security.*}: whether callers must say who they are.
 *
 * @param enabled          calls need a token, and the right for what they do; off, everybody may do everything
 * @param adminTokenSha256 SHA-256, in lower-case hex, of a token that may do everything: with it the first tokens are
 *     made; empty = none
 * @param nodeSecret       what nodes show one another; the same on all nodes, at least 32 characters; empty = nodes
 *     don't call one another
 * @param tokenOutage      how long tokens that this node knows go on being taken while the metadata store is away
 */
@ConfigurationProperties("octavo.security")
public record SecurityConfig(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("") String adminTokenSha256,
        @DefaultValue("") String nodeSecret,
        @DefaultValue("24h") Duration tokenOutage) {
    private static final Duration LONGEST_OUTAGE = Duration.ofDays(7);
    private static final Pattern SHA_256 = Pattern.compile("([0-9a-f]{64})?");
    private static final Pattern SECRET = Pattern.compile("([\\x21-\\x7e]{32,512})?");

    public SecurityConfig {
        if (!SHA_256.matcher(adminTokenSha256).matches()) {
            // The value is not told: it may be the token itself.
            throw new InvalidField(
                    "octavo.security.admin-token-sha256",
                    adminTokenSha256.length() + " characters",
                    "64 lower-case hex digits, as 'octavo token hash' prints them");
        }
        if (!SECRET.matcher(nodeSecret).matches()) {
            throw new InvalidField(
                    "octavo.security.node-secret",
                    nodeSecret.length() + " characters",
                    "32 to 512 printable ASCII characters without spaces");
        }
        if (tokenOutage.isNegative() || tokenOutage.compareTo(LONGEST_OUTAGE) > 0) {
            throw new InvalidField("octavo.security.token-outage", tokenOutage, "0s to 7d");
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "SecurityConfig[enabled=" + enabled + ", adminToken=" + !adminTokenSha256.isEmpty() + ", nodeSecret="
                + !nodeSecret.isEmpty() + ", tokenOutage=" + tokenOutage + "]";
    }
}
