package io.octavo.server.payload;

import com.google.protobuf.ByteString;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/** A payload on its way in: counted, digested, and refused at the first byte too many. For one thread. */
final class Intake {
    private static final int FIRST_BUFFER = 16 << 10;

    private final InputStream body;
    private final Expected expected;
    private final long maxSize;
    private final MessageDigest digest = Digests.newSha256();
    private long size;
    private ByteString sha256 = ByteString.EMPTY;

    Intake(InputStream body, Expected expected, long maxSize) {
        this.body = body;
        this.expected = expected;
        this.maxSize = maxSize;
        if (expected.size() > maxSize) {
            throw tooLarge(expected.size());
        }
    }

    /** Reads what has come, at least a byte; -1 at the end. */
    int read(byte[] buffer, int offset, int length) throws IOException {
        int count = body.read(buffer, offset, length);
        if (count > 0) {
            size += count;
            if (size > maxSize) {
                throw tooLarge(size);
            }
            if (expected.hasSize() && size > expected.size()) {
                throw wrongSize("more");
            }
            digest.update(buffer, offset, count);
        }
        return count;
    }

    /** Reads up to the end or {@code limit} bytes, in a buffer that grows with them. */
    byte[] readUpTo(int limit) throws IOException {
        byte[] buffer = new byte[(int) Math.min(limit, expected.hasSize() ? expected.size() + 1 : FIRST_BUFFER)];
        int filled = 0;
        while (filled < limit) {
            if (filled == buffer.length) {
                buffer = Arrays.copyOf(buffer, Math.min(limit, 2 * filled));
            }
            int count = read(buffer, filled, buffer.length - filled);
            if (count < 0) {
                break;
            }
            filled += count;
        }
        return filled == buffer.length ? buffer : Arrays.copyOf(buffer, filled);
    }

    /** To be called once, at the end: the bytes are those that were announced. */
    void verify() {
        if (expected.hasSize() && size != expected.size()) {
            throw wrongSize(Long.toString(size));
        }
        sha256 = ByteString.copyFrom(digest.digest());
        if (!expected.sha256().isEmpty() && !expected.sha256().equals(sha256)) {
            throw ServiceException.of(
                    ErrorCode.DIGEST_MISMATCH,
                    "sha256: " + hex(sha256) + " (expected: " + hex(expected.sha256()) + ", as announced)");
        }
    }

    long size() {
        return size;
    }

    /** Known after {@link #verify}. */
    ByteString sha256() {
        return sha256;
    }

    private ServiceException tooLarge(long bytes) {
        return ServiceException.of(
                ErrorCode.TOO_LARGE, "size: " + bytes + " (expected: at most " + maxSize + " bytes)");
    }

    private ServiceException wrongSize(String found) {
        return ServiceException.of(
                ErrorCode.DIGEST_MISMATCH,
                "size: " + found + " (expected: " + expected.size() + " bytes, as announced)");
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
