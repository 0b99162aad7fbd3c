package io.octavo.server.security;

import com.google.protobuf.ByteString;
import io.octavo.rules.Digests;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * What a caller shows: {@code octavo_} and 256 random bits. It is told once, when it is made; kept is its SHA-256 only,
 * which is enough for so much chance.
 */
final class TokenSecret {
    /** By which people, and programs that look for leaked secrets, know one. */
    static final String PREFIX = "octavo_";

    private static final int BYTES = 32;

    private TokenSecret() {}

    static String generate(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static ByteString sha256(String token) {
        return ByteString.copyFrom(Digests.sha256(token.getBytes(StandardCharsets.UTF_8)));
    }
}
