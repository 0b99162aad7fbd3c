package io.octavo.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * Writing files that are there whole or not at all, whatever dies, however many processes write the same one: each is
 * written under a name of its own, flushed, and then given its name.
 */
final class CacheFiles {
    /** What begins so is being written; or was, by a process that died. */
    static final String UNFINISHED = ".new-";

    private CacheFiles() {}

    /** Takes the place of a file that is there. Only this user can read it. */
    static void write(Path file, byte[] bytes) throws IOException {
        Path fresh = unfinished(file);
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer left = ByteBuffer.wrap(bytes);
                while (left.hasRemaining()) {
                    channel.write(left);
                }
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
        flush(parent(file));
    }

    /** Gives a file, which stays, another name; a copy where files can't have two. One that is there stays. */
    static void link(Path from, Path file) throws IOException {
        Path parent = Files.createDirectories(parent(file));
        flush(from);
        try {
            Files.createLink(file, from);
        } catch (FileAlreadyExistsException e) {
            return;
        } catch (IOException | UnsupportedOperationException e) {
            copy(from, file);
        }
        flush(parent);
    }

    private static void copy(Path from, Path file) throws IOException {
        Path fresh = unfinished(file);
        try {
            Files.copy(from, fresh, StandardCopyOption.REPLACE_EXISTING);
            flush(fresh);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static Path unfinished(Path file) throws IOException {
        return Files.createTempFile(Files.createDirectories(parent(file)), UNFINISHED, "");
    }

    private static Path parent(Path file) {
        return Objects.requireNonNull(file.getParent(), "parent");
    }

    /** To the disk itself; directories, where the system lets them be opened. */
    private static void flush(Path path) throws IOException {
        boolean isDirectory = Files.isDirectory(path);
        try (FileChannel channel =
                FileChannel.open(path, isDirectory ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
            channel.force(true);
        } catch (IOException e) {
            if (!isDirectory) {
                throw e;
            }
        }
    }
}
