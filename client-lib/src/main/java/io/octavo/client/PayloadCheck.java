package io.octavo.client;

import com.google.protobuf.ByteString;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Holds bytes, as they come in their order, against the size and SHA-256 of a version. For one thread. */
final class PayloadCheck {
    private final Version version;
    private final MessageDigest digest = Digests.newSha256();
    private long size;

    PayloadCheck(Version version) {
        this.version = version;
    }

    void take(ByteBuffer bytes) {
        size += bytes.remaining();
        digest.update(bytes);
    }

    /** What is wrong with what was taken; null = nothing. The last call. */
    @Nullable
    OctavoException wrong() {
        String found = Hex.of(ByteString.copyFrom(digest.digest()));
        if (size == version.size() && found.equals(version.sha256())) {
            return null;
        }
        return OctavoException.lasting(
                ErrorCode.DIGEST_MISMATCH,
                "payload of " + version.topic() + " version " + version.version() + ": " + size + " bytes with SHA-256 "
                        + found + " (expected: " + version.size() + " with " + version.sha256() + ", as was published)",
                null);
    }
}
