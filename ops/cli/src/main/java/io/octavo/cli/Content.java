package io.octavo.cli;

import io.octavo.rules.Digests;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What is published: a file, which is digested first and can be sent again, or a stream, which is digested on its way
 * and can't. Never whole in memory. Not for use by several threads at once.
 */
final class Content {
    private final @Nullable Path file;
    private final InputStream stream;
    private final long size;
    private final @Nullable FileTime modified;
    private final byte[] announced;
    private byte[] sentDigest = Digests.sha256(new byte[0]);
    private long sent;
    private boolean begun;

    private Content(@Nullable Path file, InputStream stream, long size, @Nullable FileTime modified, byte[] announced) {
        this.file = file;
        this.stream = stream;
        this.size = size;
        this.modified = modified;
        this.announced = announced;
    }

    /** The bytes of a file, which is read once for its digest. */
    static Content ofFile(Path file) throws IOException {
        FileTime modified = Files.getLastModifiedTime(file);
        MessageDigest digest = Digests.newSha256();
        long size = 0;
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                size += count;
            }
        }
        return new Content(file, InputStream.nullInputStream(), size, modified, digest.digest());
    }

    /** What is left of a stream. */
    static Content ofStream(InputStream stream) {
        return new Content(null, stream, -1, null, new byte[0]);
    }

    /** How many bytes; -1 = not known yet. */
    long size() {
        return size;
    }

    /** The {@code Content-Digest} to announce; null if it isn't known before the bytes are sent. */
    @Nullable
    String contentDigest() {
        return announced.length == 0 ? null : "sha-256=:" + Base64.getEncoder().encodeToString(announced) + ":";
    }

    /** Whether the same bytes can be sent again, or none have been sent yet. */
    boolean canBeSent() {
        if (file == null) {
            return !begun;
        }
        try {
            return Files.size(file) == size && Files.getLastModifiedTime(file).equals(modified);
        } catch (IOException e) {
            return false;
        }
    }

    /** SHA-256 of what was sent, in hex. */
    String sentSha256() {
        return HexFormat.of().formatHex(announced.length == 0 ? sentDigest : announced);
    }

    /** The bytes, for one attempt. */
    BodyPublisher body(Stall stall, Progress progress) {
        BodyPublisher body = BodyPublishers.ofInputStream(() -> open(stall, progress));
        return size > 0 ? BodyPublishers.fromPublisher(body, size) : size == 0 ? BodyPublishers.noBody() : body;
    }

    private InputStream open(Stall stall, Progress progress) {
        begun = true;
        sent = 0;
        try {
            return new Watched(file == null ? stream : Files.newInputStream(file), stall, progress);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Watched extends FilterInputStream {
        private final Stall stall;
        private final Progress progress;
        private final MessageDigest digest = Digests.newSha256();

        Watched(InputStream in, Stall stall, Progress progress) {
            super(in);
            this.stall = stall;
            this.progress = progress;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            stall.waitsForUs(true);
            int count = super.read(buffer, offset, length);
            stall.waitsForUs(false);
            if (count > 0) {
                sent += count;
                progress.at(sent);
                if (announced.length == 0) {
                    digest.update(buffer, offset, count);
                }
            } else if (count < 0 && announced.length == 0) {
                sentDigest = digest.digest();
            }
            return count;
        }
    }
}
