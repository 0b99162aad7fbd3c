package io.octavo.server.publish;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.PayloadIntake.Announced;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;

/** Reads a payload that need not be stored, for its digest only. */
final class BodyDigest {
    private static final int BUFFER = 64 << 10;

    /** As large as a payload can be. */
    private static final long MOST_BYTES = 50L << 30;

    private BodyDigest() {}

    /** What a version's record would say of the bytes, but where they are. */
    static Part of(InputStream body, Announced announced) {
        MessageDigest digest = Digests.newSha256();
        byte[] buffer = new byte[BUFFER];
        long size = 0;
        try {
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                digest.update(buffer, 0, read);
                size += read;
                if (size > MOST_BYTES) {
                    throw ServiceException.of(
                            ErrorCode.TOO_LARGE,
                            "payload: more than " + MOST_BYTES + " bytes (expected: at most that)");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ByteString sha256 = ByteString.copyFrom(digest.digest());
        boolean asAnnounced = (announced.size() == null || announced.size() == size)
                && (announced.sha256().isEmpty() || announced.sha256().equals(sha256));
        if (!asAnnounced) {
            throw ServiceException.of(
                    ErrorCode.DIGEST_MISMATCH,
                    "payload: other bytes than announced (expected: the announced size and digest)");
        }
        return Part.newBuilder().setSize(size).setSha256(sha256).build();
    }
}
