package io.octavo.client;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A file that is locked against other processes and all others in this one. POSIX lets go of a process's lock when it
 * closes any of its channels to the file: so one that is locked here is not even opened a second time.
 */
final class LockedFile implements AutoCloseable {
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();
    private static final int LOOKS = 5;

    private final Path name;
    private final FileChannel channel;

    private LockedFile(Path name, FileChannel channel) {
        this.name = name;
        this.channel = channel;
    }

    /** How a file is locked; tests bring others. */
    interface Lock {
        @Nullable
        FileLock of(FileChannel channel) throws IOException;
    }

    /** There are no locks where the file is, such as on some network file systems. */
    static final class NoLocks extends IOException {
        private static final long serialVersionUID = 1;

        NoLocks(Path file, IOException cause) {
            super(file + ": can't be locked: " + cause, cause);
        }
    }

    /** A file, which is made if it isn't there; null if somebody else has it. */
    static @Nullable LockedFile tryLock(Path file) throws IOException {
        return tryLock(file, FileChannel::tryLock);
    }

    static @Nullable LockedFile tryLock(Path file, Lock lock) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path name = Objects.requireNonNull(absolute.getParent(), "parent")
                .toRealPath()
                .resolve(Objects.requireNonNull(absolute.getFileName(), "name"));
        if (!OURS.add(name)) {
            return null;
        }
        LockedFile locked = null;
        try {
            locked = open(name, lock);
            return locked;
        } finally {
            if (locked == null) {
                OURS.remove(name);
            }
        }
    }

    FileChannel channel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            OURS.remove(name);
        }
    }

    private static @Nullable LockedFile open(Path name, Lock lock) throws IOException {
        for (int look = 0; look < LOOKS; look++) {
            try {
                Object before = keyOf(name);
                FileChannel channel = FileChannel.open(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
                boolean isLocked = false;
                try {
                    if (!isLockedNow(name, channel, lock)) {
                        return null;
                    }
                    // Else its holder has just given it another name: the lock is on what is no longer this file.
                    isLocked = Objects.equals(before, keyOf(name));
                    if (isLocked) {
                        return new LockedFile(name, channel);
                    }
                } finally {
                    if (!isLocked) {
                        channel.close();
                    }
                }
            } catch (NoSuchFileException e) {
                // Its holder has just moved it away.
            }
        }
        return null;
    }

    private static boolean isLockedNow(Path name, FileChannel channel, Lock lock) throws IOException {
        try {
            return lock.of(channel) != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            throw new NoLocks(name, e);
        }
    }

    /** What the file is, whatever it is called; null where that can't be told. */
    private static @Nullable Object keyOf(Path name) throws IOException {
        try {
            Files.createFile(name);
        } catch (FileAlreadyExistsException e) {
            // As it should be.
        }
        return Files.readAttributes(name, BasicFileAttributes.class).fileKey();
    }
}
