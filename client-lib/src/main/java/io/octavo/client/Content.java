package io.octavo.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.octavo.protocol.PublishHeader;
import io.octavo.rules.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;

/** What is published. Can be read any number of times, by several threads. */
sealed interface Content {
    int CHUNK = 256 << 10;

    /** From this byte on. */
    InputStream open(long offset) throws IOException;

    /** For messages. */
    String name();

    /** Puts size and digest into the header. */
    default void describe(PublishHeader.Builder header) {
        MessageDigest digest = Digests.newSha256();
        long size = 0;
        byte[] buffer = new byte[CHUNK];
        try (InputStream in = open(0)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                size += count;
            }
        } catch (IOException e) {
            throw WorkDirectory.failed("read " + name(), e);
        }
        header.setSize(size).setSha256(UnsafeByteOperations.unsafeWrap(digest.digest()));
    }

    /** The next bytes of an open content, in a buffer of their own; empty at its end. */
    default ByteString chunk(InputStream in) throws IOException {
        byte[] buffer = in.readNBytes(CHUNK);
        return UnsafeByteOperations.unsafeWrap(buffer);
    }

    /** Bytes in memory. */
    record Bytes(ByteString bytes) implements Content {
        @Override
        public InputStream open(long offset) {
            return bytes.substring((int) offset).newInput();
        }

        @Override
        public String name() {
            return "bytes";
        }
    }

    /** A file. */
    record File(Path path) implements Content {
        @Override
        public InputStream open(long offset) throws IOException {
            InputStream in = Files.newInputStream(path);
            try {
                in.skipNBytes(offset);
                return in;
            } catch (IOException e) {
                in.close();
                throw e;
            }
        }

        @Override
        public String name() {
            return path.toString();
        }
    }
}
