package io.octavo.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The folder that keeps everything of one {@code up}, locked against a second one while this is open. */
final class DataFolder implements AutoCloseable {
    /** System property with the free space, in bytes, below which nothing is started; 1 GiB unless set. */
    static final String FREE_PROPERTY = "octavo.local.min-free";

    private static final long DEFAULT_FREE = 1L << 30;
    private static final List<String> CHILDREN = List.of("cassandra", "s3", "server");
    private static final long LOCK_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

    private final Path path;
    private final FileChannel lock;

    private DataFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Makes it if it is absent, and locks it; {@link StartFailed} if that can't be or the disk is too full. */
    static DataFolder open(Path path) {
        try {
            Files.createDirectories(path);
            DataFolder data = new DataFolder(path, lock(path));
            data.requireFree(Long.getLong(FREE_PROPERTY, DEFAULT_FREE));
            return data;
        } catch (IOException e) {
            throw StartFailed.of("--data " + path, e);
        }
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    private static FileChannel lock(Path path) throws IOException {
        FileChannel channel = FileChannel.open(
                path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (!tryLock(channel)) {
                ByteBuffer pid = ByteBuffer.allocate(20);
                channel.read(pid, 0);
                String holder = new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII).strip();
                throw new StartFailed(
                        "--data: %s is in use by process %s (expected: one up a folder; stop that one, or choose another folder)"
                                .formatted(path, holder));
            }
            channel.truncate(0);
            channel.write(StandardCharsets.US_ASCII.encode(
                    Long.toString(ProcessHandle.current().pid())));
            return channel;
        } catch (IOException | StartFailed e) {
            channel.close();
            throw e;
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private void requireFree(long bytes) throws IOException {
        long free = Files.getFileStore(path).getUsableSpace();
        if (free < bytes) {
            close();
            throw new StartFailed("--data: %s has %d MiB free on its disk (expected: at least %d MiB)"
                    .formatted(path, free >> 20, bytes >> 20));
        }
    }

    /** Waits until no child of an earlier run, killed perhaps, holds anything here; they end within ten seconds. */
    void awaitOrphans(Duration bound) {
        long end = System.nanoTime() + bound.toNanos();
        for (String child : CHILDREN) {
            while (held(path.resolve(child).resolve("lock"))) {
                if (System.nanoTime() - end > 0) {
                    throw new StartFailed("--data: " + path.resolve(child) + " is in use by a child of an earlier run");
                }
                LockSupport.parkNanos(LOCK_PAUSE);
            }
        }
    }

    private static boolean held(Path file) {
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return !tryLock(channel);
        } catch (IOException e) {
            throw StartFailed.of(file.toString(), e);
        }
    }

    /** Releases the lock. */
    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw StartFailed.of("--data " + path, e);
        }
    }
}
