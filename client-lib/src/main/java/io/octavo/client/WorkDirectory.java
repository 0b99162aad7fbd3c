package io.octavo.client;

import io.octavo.rules.ErrorCode;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where payload files are while they are downloaded and used: names of this process's own, which nobody else removes
 * as long as it lives. It is made when the first file is, in the cache directory if there is one that takes the file,
 * else as a temporary directory, and removed at the end; what a process leaves that died is removed by the next one.
 */
final class WorkDirectory implements AutoCloseable {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final @Nullable Path all;
    private @Nullable LockedDirectory own;
    private @Nullable LockedDirectory temporary;
    private boolean isWarned;

    /** @param cache the cache directory; null = there is none */
    WorkDirectory(@Nullable Path cache) {
        this.all = cache == null ? null : cache.resolve("work").toAbsolutePath();
    }

    /** A new empty file that only this user can read. */
    Path newFile(String topic, long version) {
        return newFile(topic, version, 0);
    }

    /** A new empty file that only this user can read, where there is room for so many bytes. */
    Path newFile(String topic, long version, long size) {
        try {
            return Files.createTempFile(directory(size), topic + "-" + version + "-", ".payload");
        } catch (IOException e) {
            throw failed("create a file for a payload", e);
        }
    }

    /** Another name, of this process's own, for a file of the cache; a copy where files can't have two. */
    Path borrow(Path file, String topic, long version) throws IOException {
        Path mine = directory(0).resolve(topic + "-" + version + "-" + UUID.randomUUID() + ".payload");
        try {
            Files.createLink(mine, file);
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(file, mine);
        }
        return mine;
    }

    /** Removes what processes left that don't live any more. */
    void removeLeftOvers() throws IOException {
        if (all != null && Files.isDirectory(all)) {
            LockedDirectory.removeLeftOvers(all);
        }
    }

    /** Removes the directories with what is left in them. */
    @Override
    public synchronized void close() {
        remove(own, false);
        remove(temporary, true);
        own = null;
        temporary = null;
    }

    /** A failure of this machine's disk: repeating the download won't mend it. */
    static OctavoException failed(String doing, IOException e) {
        return OctavoException.lasting(ErrorCode.INTERNAL, "can't " + doing + " on this machine: " + e, e);
    }

    private synchronized Path directory(long size) throws IOException {
        if (all != null) {
            try {
                LockedDirectory found = own == null ? LockedDirectory.in(Files.createDirectories(all)) : own;
                own = found;
                if (Files.getFileStore(found.path()).getUsableSpace() > size) {
                    isWarned = false;
                    return found.path();
                }
                warn("has no room for " + size + " bytes", null);
            } catch (IOException e) {
                warn("can't be used", e);
            }
        }
        LockedDirectory known = temporary;
        if (known == null || !Files.isDirectory(known.path())) {
            remove(known, true);
            known = LockedDirectory.temporary(
                    Path.of(System.getProperty("java.io.tmpdir", ".")), System.getProperty("user.name", "?"));
            temporary = known;
        }
        return known.path();
    }

    private void warn(String what, @Nullable IOException e) {
        LOG.log(isWarned ? Level.DEBUG : Level.WARNING, "the cache directory " + what + "; going on without it", e);
        isWarned = true;
    }

    private static void remove(@Nullable LockedDirectory directory, boolean isTemporary) {
        try {
            if (directory != null && isTemporary) {
                directory.removeTemporary();
            } else if (directory != null) {
                directory.remove();
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "can't remove the files of payloads in use", e);
        }
    }
}
