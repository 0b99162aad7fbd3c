package io.octavo.server.security;

import com.nimbusds.jwt.JWTClaimsSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a bearer's name and grants out of a token that was verified. */
final class OidcClaims {
    private final OidcConfig config;

    OidcClaims(OidcConfig config) {
        this.config = config;
    }

    /** @throws io.octavo.rules.InvalidField if the name can't be shown */
    Identity identity(JWTClaimsSet claims) {
        Object name = claims.getClaim(config.nameClaim());
        String shown = name instanceof String text && !text.isBlank() ? text : String.valueOf(claims.getSubject());
        Set<String> values = values(claims);
        List<Grant> grants = config.grants().stream()
                .filter(grant -> values.contains(grant.value()))
                .map(OidcConfig.ClaimGrant::grant)
                .distinct()
                .toList();
        return new Identity("oidc:" + shown, grants, List.of());
    }

    /** The values of a claim: those of a list, or the words of a text. */
    private Set<String> values(JWTClaimsSet claims) {
        Object claim = claim(claims.getClaims(), config.rolesClaim());
        if (claim instanceof Collection<?> list) {
            return list.stream().map(String::valueOf).collect(Collectors.toSet());
        }
        return claim instanceof String text ? new HashSet<>(Arrays.asList(text.split(" +", -1))) : Set.of();
    }

    private static @Nullable Object claim(Map<?, ?> object, String path) {
        Object whole = object.get(path);
        int dot = path.indexOf('.');
        if (whole != null || dot < 0) {
            return whole;
        }
        return object.get(path.substring(0, dot)) instanceof Map<?, ?> inner
                ? claim(inner, path.substring(dot + 1))
                : null;
    }
}
