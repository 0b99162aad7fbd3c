package io.octavo.client;

import com.google.protobuf.UnsafeByteOperations;
import io.octavo.rules.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what can be read only once, so that it can be digested before it is sent, and sent again: up to 1 MiB in memory,
 * more in a temporary file.
 */
final class Spool implements AutoCloseable {
    private static final int MOST_IN_MEMORY = 1 << 20;

    private final Content content;
    private final @Nullable Path file;

    private Spool(Content content, @Nullable Path file) {
        this.content = content;
        this.file = file;
    }

    /**
     * Reads it to its end; doesn't close it.
     *
     * @param atMost bytes
     */
    static Spool of(InputStream in, long atMost, Supplier<Path> newFile) {
        byte[] start = readStart(in);
        if (start.length <= MOST_IN_MEMORY) {
            return new Spool(new Content.Bytes(UnsafeByteOperations.unsafeWrap(start)), null);
        }
        Path file = newFile.get();
        Spool spool = new Spool(new Content.File(file), file);
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(start);
            copy(in, out, atMost - start.length, atMost);
            return spool;
        } catch (IOException e) {
            spool.close();
            throw WorkDirectory.failed("spool a stream", e);
        } catch (RuntimeException e) {
            spool.close();
            throw e;
        }
    }

    private static byte[] readStart(InputStream in) {
        try {
            return in.readNBytes(MOST_IN_MEMORY + 1);
        } catch (IOException e) {
            throw WorkDirectory.failed("read the stream to be published", e);
        }
    }

    private static void copy(InputStream in, OutputStream out, long left, long atMost) throws IOException {
        byte[] buffer = new byte[Content.CHUNK];
        long room = left;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            room -= count;
            if (room < 0) {
                throw OctavoException.lasting(
                        ErrorCode.TOO_LARGE,
                        "size: more than " + atMost + " bytes (expected: at most " + atMost + ")",
                        null);
            }
            out.write(buffer, 0, count);
        }
    }

    Content content() {
        return content;
    }

    /** Forgets it. */
    @Override
    public void close() {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                System.getLogger("io.octavo.client").log(System.Logger.Level.WARNING, "can't delete " + file, e);
            }
        }
    }
}
