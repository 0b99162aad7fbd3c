package io.octavo.server.security;

import com.google.protobuf.ByteString;
import io.octavo.rules.Digests;
import io.octavo.rules.InvalidField;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A token as it is kept: all but what the caller shows.
 *
 * @param name      unique, also for long after the token was revoked: as long as the audit trail may speak of it
 * @param sha256    of what the caller shows
 * @param apps      that its bearer may poll as; empty = any
 * @param expiresAt null = never
 * @param revoked   null = it isn't
 */
public record TokenRecord(
        String name,
        ByteString sha256,
        List<Grant> grants,
        List<String> apps,
        String createdBy,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Revocation revoked) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?");

    /** Who took a token back, when and why. */
    public record Revocation(String by, Instant at, String reason) {}

    public TokenRecord {
        checkName(name);
        if (sha256.size() != Digests.LENGTH) {
            throw new InvalidField("sha256", sha256.size() + " bytes", Digests.LENGTH + " bytes");
        }
        grants = Identity.checkGrants(grants);
        apps = Identity.checkApps(apps);
    }

    /** Answers a token's name if it can be one. */
    public static String checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidField(
                    "name",
                    name,
                    "1 to 64 of a-z, 0-9, dot, underscore and dash, starting and ending with a letter or digit");
        }
        return name;
    }

    /** Whether its bearer is let in. */
    public boolean isGood(Instant now) {
        return revoked == null && (expiresAt == null || now.isBefore(expiresAt));
    }

    Identity identity() {
        return new Identity("token:" + name, grants, apps);
    }
}
