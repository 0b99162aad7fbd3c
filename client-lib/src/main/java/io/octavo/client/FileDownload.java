package io.octavo.client;

import io.octavo.rules.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A version's payload on its way to a file: into a hidden one beside it, in chunks and several at a time, which gets its
 * name once it is complete and verified. What broke off is gone on with by whoever downloads the same to the same file.
 */
final class FileDownload {
    private final Version version;
    private final Path target;
    private final Path part;
    private final Path parts;
    private final long chunkSize;
    private final int chunks;
    private final Downloader downloader;
    private final Progress progress;
    private final AtomicLong moved = new AtomicLong();

    FileDownload(Version version, Path target, long chunkSize, Downloader downloader, TransferListener listener) {
        this.version = version;
        this.target = target.toAbsolutePath();
        String name = Objects.requireNonNull(this.target.getFileName(), "a file's name")
                .toString();
        this.part = this.target.resolveSibling("." + name + ".octavo-part");
        this.parts = this.target.resolveSibling("." + name + ".octavo-parts");
        this.chunkSize = chunkSize;
        this.chunks = Math.toIntExact((version.size() + chunkSize - 1) / chunkSize);
        this.downloader = downloader;
        this.progress = new Progress(listener, version.size());
    }

    /** Blocks. */
    void run() throws InterruptedException {
        ReadCalls.Found found = downloader.find(version);
        try (LockedFile locked = locked()) {
            FileChannel file = locked.channel();
            if (file.size() == 0) {
                Files.deleteIfExists(parts);
            }
            DownloadState state = new DownloadState(parts, version, chunkSize, chunks);
            requireRoom(file);
            fill(file, state, found);
            file.force(true);
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceFolder();
            state.delete();
        } catch (IOException e) {
            throw WorkDirectory.failed("download to " + target, e);
        }
    }

    /** Until all bytes are right; other regions are asked if they were wrong. */
    private void fill(FileChannel file, DownloadState state, ReadCalls.Found found)
            throws IOException, InterruptedException {
        LinkedPayload linked = downloader.linked(version, found);
        while (true) {
            boolean isAllNew = state.isEmpty();
            if (found.links().isEmpty()) {
                write(file, 0, found.bytes().asReadOnlyByteBuffer());
                file.truncate(found.bytes().size());
            } else {
                fetch(file, state, linked);
            }
            OctavoException wrong = wrong(file);
            if (wrong == null) {
                progress.at(version.size());
                return;
            }
            state.forget();
            moved.set(0);
            if (isAllNew && (found.links().isEmpty() || !linked.excludeUsed())) {
                Files.deleteIfExists(part);
                state.delete();
                throw wrong;
            }
        }
    }

    private void fetch(FileChannel file, DownloadState state, LinkedPayload linked)
            throws IOException, InterruptedException {
        if (file.size() > version.size()) {
            file.truncate(version.size());
        }
        Instant end = downloader.end();
        List<PartTasks.Task> missing = new ArrayList<>();
        for (int number = 0; number < chunks; number++) {
            int chunk = number;
            long from = chunk * chunkSize;
            long to = Math.min(version.size(), from + chunkSize);
            if (state.has(chunk)) {
                progress.at(moved.addAndGet(to - from));
            } else {
                missing.add(() -> {
                    linked.read(new Range(version.size(), from, to, (at, bytes) -> take(file, at, bytes)), end);
                    state.add(chunk);
                });
            }
        }
        downloader.tasks().run(missing, "download to " + target);
    }

    private void take(FileChannel file, long position, ByteBuffer bytes) {
        int count = bytes.remaining();
        try {
            write(file, position, bytes);
        } catch (IOException e) {
            throw WorkDirectory.failed("write " + part, e);
        }
        progress.at(moved.addAndGet(count));
    }

    private static void write(FileChannel file, long position, ByteBuffer bytes) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }

    private @Nullable OctavoException wrong(FileChannel file) throws IOException {
        PayloadCheck check = new PayloadCheck(version);
        ByteBuffer buffer = ByteBuffer.allocate(Content.CHUNK);
        long at = 0;
        for (int count = file.read(buffer, at); count >= 0; count = file.read(buffer, at)) {
            at += count;
            check.take(buffer.flip());
            buffer.clear();
        }
        return check.wrong();
    }

    private LockedFile locked() throws IOException {
        LockedFile locked = LockedFile.tryLock(part);
        if (locked == null) {
            throw OctavoException.lasting(
                    ErrorCode.NAME_TAKEN, target + ": another download to it is under way (expected: none)", null);
        }
        return locked;
    }

    private void requireRoom(FileChannel file) throws IOException {
        long room = Files.getFileStore(part).getUsableSpace();
        if (room < version.size() - file.size()) {
            throw new IOException("there is room for " + room + " bytes (expected: " + version.size() + ")");
        }
    }

    /** So that the name outlives a loss of power; where folders can't be opened, it does as it does. */
    private void forceFolder() {
        Path folder = Objects.requireNonNull(target.getParent(), "folder");
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            System.getLogger("io.octavo.client").log(System.Logger.Level.DEBUG, "can't force " + folder, e);
        }
    }
}
