package io.octavo.client;

import io.octavo.rules.ErrorCode;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where payload files are while they are downloaded and used: names of this process's own, which nobody else removes
 * as long as it lives. It is made when the first file is, in the cache directory if there is one that takes the file,
 * else as a temporary directory, and removed at the end; what a process leaves that died is removed by the next one.
 */
final class WorkDirectory implements AutoCloseable {
    private static final Logger LOG = System.getLogger("io.octavo.client");
    private static final String LOCK = ".lock";

    /** Locks that this process holds. To open and close such a file once more would let go of it. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final @Nullable Path all;
    private @Nullable Path own;
    private @Nullable Path temporary;
    private @Nullable FileChannel lock;
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
        if (all == null || !Files.isDirectory(all)) {
            return;
        }
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(all, "*" + LOCK)) {
            for (Path file : locks) {
                if (!HELD.contains(file)) {
                    removeIfDead(file);
                }
            }
        }
    }

    /** Removes the directory with what is left in it. */
    @Override
    public synchronized void close() {
        try {
            remove(own);
            remove(temporary);
            if (lock != null && own != null) {
                Path file = lockOf(own);
                Files.deleteIfExists(file);
                lock.close();
                HELD.remove(file);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "can't remove the files of payloads in use", e);
        }
        own = null;
        temporary = null;
        lock = null;
    }

    /** A failure of this machine's disk: repeating the download won't mend it. */
    static OctavoException failed(String doing, IOException e) {
        return OctavoException.lasting(ErrorCode.INTERNAL, "can't " + doing + " on this machine: " + e, e);
    }

    private synchronized Path directory(long size) throws IOException {
        if (all != null) {
            try {
                Path found = own == null ? open(all) : own;
                own = found;
                if (Files.getFileStore(found).getUsableSpace() > size) {
                    isWarned = false;
                    return found;
                }
                warn("has no room for " + size + " bytes", null);
            } catch (IOException e) {
                warn("can't be used", e);
            }
        }
        Path known = temporary;
        if (known == null || !Files.isDirectory(known)) {
            known = Files.createTempDirectory("octavo-client-");
            temporary = known;
        }
        return known;
    }

    private void warn(String what, @Nullable IOException e) {
        LOG.log(isWarned ? Level.DEBUG : Level.WARNING, "the cache directory " + what + "; going on without it", e);
        isWarned = true;
    }

    /** The lock comes first: who finds a directory finds whether its owner lives. */
    private Path open(Path parent) throws IOException {
        Files.createDirectories(parent);
        for (int attempt = 0; attempt < 3; attempt++) {
            Path directory = parent.resolve(UUID.randomUUID().toString());
            Path file = lockOf(directory);
            HELD.add(file);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            channel.lock();
            if (Files.exists(file)) {
                lock = channel;
                return Files.createDirectory(directory);
            }
            // Somebody took it for a dead process's before it was locked.
            channel.close();
            HELD.remove(file);
        }
        throw new IOException("can't get a lock in " + parent);
    }

    private static void removeIfDead(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock mine = channel.tryLock()) {
            if (mine != null) {
                String name = Objects.requireNonNull(file.getFileName(), "name").toString();
                remove(file.resolveSibling(name.substring(0, name.length() - LOCK.length())));
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException | OverlappingFileLockException e) {
            LOG.log(Level.TRACE, "{0} is another one''s to remove", file);
        }
    }

    private static Path lockOf(Path directory) {
        return directory.resolveSibling(directory.getFileName() + LOCK);
    }

    private static void remove(@Nullable Path directory) throws IOException {
        if (directory == null || !Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
    }
}
