package io.octavo.server.payload;

import com.google.protobuf.ByteString;
import io.octavo.rules.Digests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Random;

/** Payloads for tests: bytes that differ from part to part, and bodies that misbehave. */
final class TestBodies {
    private TestBodies() {}

    static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    static InputStream of(byte[] bytes) {
        return new ByteArrayInputStream(bytes);
    }

    static Expected announced(byte[] bytes) {
        return new Expected(bytes.length, ByteString.copyFrom(Digests.sha256(bytes)), "text/plain");
    }

    /** A body of any size that takes no memory. */
    static InputStream endless(long size) {
        return new Generated(size, false);
    }

    /** A body that breaks off with an IOException after so many bytes. */
    static InputStream breakingAfter(long size) {
        return new Generated(size, true);
    }

    /** The digest of {@link #endless} of that size. */
    static ByteString digestOfEndless(long size) throws IOException {
        MessageDigest digest = Digests.newSha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream body = endless(size)) {
            for (int count = body.read(buffer, 0, buffer.length); count >= 0; count = body.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return ByteString.copyFrom(digest.digest());
    }

    private static final class Generated extends InputStream {
        private final byte[] pattern = bytes(65_537);
        private final long size;
        private final boolean breaks;
        private long position;

        Generated(long size, boolean breaks) {
            this.size = size;
            this.breaks = breaks;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (position == size) {
                if (breaks) {
                    throw new IOException("the client is gone");
                }
                return -1;
            }
            int from = (int) (position % pattern.length);
            int count = (int) Math.min(Math.min(length, pattern.length - from), size - position);
            System.arraycopy(pattern, from, buffer, offset, count);
            position += count;
            return count;
        }
    }
}
