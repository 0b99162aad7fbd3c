package io.octavo.client;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A directory of this process's own beside those of others. A locked file beside each says that its owner lives: what is
 * left of one that died is removed by who finds it.
 *
 * @param lock null = nobody else looks there
 */
record LockedDirectory(Path path, @Nullable FileChannel lock) {
    private static final Logger LOG = System.getLogger("io.octavo.client");
    private static final String LOCK = ".lock";
    private static final Set<PosixFilePermission> OURS = PosixFilePermissions.fromString("rwx------");

    /** Begins all names of this process: to open and close a file that it has locked would let go of the lock. */
    private static final String SELF = ProcessHandle.current().pid() + "-"
            + ProcessHandle.current()
                    .info()
                    .startInstant()
                    .map(Instant::toEpochMilli)
                    .orElse(0L)
            + "-";

    /**
     * A new one. The lock comes first: who finds a directory finds whether its owner lives.
     *
     * @param parent which is there
     */
    static LockedDirectory in(Path parent) throws IOException {
        return in(parent, FileChannel::lock);
    }

    static LockedDirectory in(Path parent, LockedFile.Lock lock) throws IOException {
        for (int attempt = 0; attempt < 3; attempt++) {
            Path path = parent.resolve(SELF + UUID.randomUUID());
            Path file = lockOf(path);
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            LockedDirectory made = null;
            try {
                FileLock held = lock.of(channel);
                // Else somebody took it for a dead process's before it was locked.
                if (held != null && Files.exists(file)) {
                    made = new LockedDirectory(Files.createDirectory(path), channel);
                    return made;
                }
            } finally {
                if (made == null) {
                    try (channel) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        }
        throw new IOException("can't get a lock in " + parent);
    }

    /**
     * A new one for files that only this user can read; removes what this user's processes left that don't live any more.
     *
     * @param temporary where everybody may put things
     */
    static LockedDirectory temporary(Path temporary, String user) throws IOException {
        try {
            Path parent = temporary.resolve("octavo-client-" + user);
            requireOurs(
                    parent,
                    temporary.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
            removeLeftOvers(parent);
            return in(parent);
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "what earlier processes left in " + temporary + " isn't looked for", e);
            return new LockedDirectory(Files.createTempDirectory(temporary, "octavo-client-"), null);
        }
    }

    /** Removes what processes left here that don't live any more. */
    static void removeLeftOvers(Path parent) throws IOException {
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(parent, "*" + LOCK)) {
            for (Path file : locks) {
                if (!name(file).startsWith(SELF)) {
                    removeIfDead(file);
                }
            }
        }
    }

    /** Removes it with what is in it. */
    void remove() throws IOException {
        remove(path);
        if (lock != null) {
            Files.deleteIfExists(lockOf(path));
            lock.close();
        }
    }

    /** Removes one that is temporary with what is in it, and what all of this user's are in, should it be the last. */
    void removeTemporary() throws IOException {
        remove();
        if (lock != null) {
            try {
                Files.deleteIfExists(Objects.requireNonNull(path.getParent(), "parent"));
            } catch (DirectoryNotEmptyException e) {
                LOG.log(Level.TRACE, "others use {0}", path.getParent());
            }
        }
    }

    private static void requireOurs(Path directory, UserPrincipal owner) throws IOException {
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OURS));
        } catch (FileAlreadyExistsException e) {
            // By this user, or by somebody who wants to read what is put there.
        }
        PosixFileAttributes found =
                Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isDirectory()
                || !found.owner().equals(owner)
                || !found.permissions().equals(OURS)) {
            throw new IOException(directory + ": " + found.owner() + "'s (expected: a directory of " + owner
                    + " that nobody else can read)");
        }
    }

    private static void removeIfDead(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock mine = channel.tryLock()) {
            if (mine != null) {
                remove(file.resolveSibling(name(file).substring(0, name(file).length() - LOCK.length())));
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException | OverlappingFileLockException e) {
            LOG.log(Level.TRACE, "{0} is another one''s to remove", file);
        }
    }

    private static Path lockOf(Path directory) {
        return directory.resolveSibling(name(directory) + LOCK);
    }

    private static String name(Path file) {
        return Objects.requireNonNull(file.getFileName(), "name").toString();
    }

    private static void remove(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
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
