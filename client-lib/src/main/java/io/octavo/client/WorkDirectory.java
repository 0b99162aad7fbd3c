package io.octavo.client;

import io.octavo.rules.ErrorCode;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where payload files are kept while they are downloaded and used. Made when the first file is; one that the user did
 * not name is a temporary directory, removed at the end.
 */
final class WorkDirectory implements AutoCloseable {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final @Nullable Path named;
    private @Nullable Path directory;

    WorkDirectory(@Nullable Path named) {
        this.named = named;
    }

    /** A new empty file that only this user can read. */
    Path newFile(String topic, long version) {
        try {
            return Files.createTempFile(directory(), topic + "-" + version + "-", ".payload");
        } catch (IOException e) {
            throw failed("create a file in the work directory", e);
        }
    }

    /** Deletes the temporary directory with what is left in it. */
    @Override
    public synchronized void close() {
        Path temporary = directory;
        if (named != null || temporary == null) {
            return;
        }
        directory = null;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(temporary)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "can't remove the temporary directory " + temporary, e);
        }
    }

    /** A failure of this machine's disk: repeating the download won't mend it. */
    static OctavoException failed(String doing, IOException e) {
        return OctavoException.lasting(ErrorCode.INTERNAL, "can't " + doing + " on this machine: " + e, e);
    }

    private synchronized Path directory() throws IOException {
        Path known = directory;
        if (known == null) {
            known = named == null ? Files.createTempDirectory("octavo-client-") : Files.createDirectories(named);
            directory = known;
        }
        return known;
    }
}
