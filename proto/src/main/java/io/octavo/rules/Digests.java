package io.octavo.rules;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, by which payloads are known. */
public final class Digests {
    /** Length of a digest in bytes. */
    public static final int LENGTH = 32;

    private Digests() {}

    /** A new SHA-256 computation. Not for use by several threads. */
    public static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The digest of some bytes. */
    public static byte[] sha256(byte[] bytes) {
        return newSha256().digest(bytes);
    }
}
