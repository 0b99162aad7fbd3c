package io.octavo.cli;

import io.octavo.rules.InvalidField;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * A file that others see as it was or as it shall be: written beside its place, flushed to the disk and renamed. What
 * is no plain file, such as a device or a pipe, is written as it is.
 */
final class AtomicFile implements AutoCloseable {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path target;
    private final Path written;
    private final FileChannel channel;

    private AtomicFile(Path target, Path written, FileChannel channel) {
        this.target = target;
        this.written = written;
        this.channel = channel;
    }

    /**
     * Answers the path if a file can be there.
     *
     * @throws InvalidField if it is a folder, or in one that is not there
     */
    static Path check(Path path) {
        Path folder = path.toAbsolutePath().getParent();
        if (Files.isDirectory(path) || folder == null || !Files.isDirectory(folder)) {
            throw new InvalidField("-o", path, "a file in a folder that is there");
        }
        return path;
    }

    static AtomicFile open(Path path) throws IOException {
        return open(path, new FileAttribute<?>[0]);
    }

    /** One that nobody else may read. */
    static AtomicFile openPrivate(Path path) throws IOException {
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
        return open(path, attributes);
    }

    private static AtomicFile open(Path path, FileAttribute<?>[] attributes) throws IOException {
        Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            return new AtomicFile(target, target, FileChannel.open(target, StandardOpenOption.WRITE));
        }
        Path written = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
        FileChannel channel =
                FileChannel.open(written, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), attributes);
        return new AtomicFile(target, written, channel);
    }

    /** Where to write. */
    OutputStream stream() {
        return Channels.newOutputStream(channel);
    }

    /** Puts what was written in its place. */
    void commit() throws IOException {
        if (!written.equals(target)) {
            channel.force(true);
            channel.close();
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Leaves nothing behind unless {@link #commit} was called. */
    @Override
    public void close() throws IOException {
        channel.close();
        if (!written.equals(target)) {
            Files.deleteIfExists(written);
        }
    }
}
