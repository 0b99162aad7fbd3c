package io.octavo.client;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Payloads on disk by their digest, so that versions and processes with the same bytes share them. Whoever uses a file
 * has a name of its own for it (see {@link WorkDirectory}): to remove one here takes nothing from anybody.
 */
final class PayloadFiles {
    private final Path directory;
    private final WorkDirectory work;

    PayloadFiles(Path cache, WorkDirectory work) {
        this.directory = cache.resolve("payloads");
        this.work = work;
    }

    /** What is there under a digest isn't that: it has been removed. */
    static final class Corrupt extends IOException {
        private static final long serialVersionUID = 1;

        Corrupt(Path file) {
            super(file + ": not the payload that it was; removed");
        }
    }

    Path directory() {
        return directory;
    }

    /** Folders have two digits each, so that none gets large. */
    Path file(ByteString sha256) {
        String hex = Hex.of(sha256);
        return directory.resolve(hex.substring(0, 2)).resolve(hex);
    }

    /** The payload, read and verified; null if it isn't here. */
    @Nullable
    LoadedPayload find(String topic, VersionRecord record, Part part) throws IOException {
        Path file = file(part.getSha256());
        try {
            if (Files.size(file) != part.getSize()) {
                throw removed(file);
            }
            if (part.getSize() <= PayloadSink.MOST_IN_MEMORY) {
                byte[] bytes = Files.readAllBytes(file);
                if (!ByteString.copyFrom(Digests.sha256(bytes)).equals(part.getSha256())) {
                    throw removed(file);
                }
                return new LoadedPayload(topic, record, part, work, bytes, null, true);
            }
            return findLarge(file, topic, record, part);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Keeps a payload; false if it has been let go. */
    boolean put(LoadedPayload payload) throws IOException {
        Path file = file(payload.part().getSha256());
        return Files.exists(file) || payload.storeAs(file);
    }

    private LoadedPayload findLarge(Path file, String topic, VersionRecord record, Part part) throws IOException {
        Path mine = work.borrow(file, topic, record.getVersion());
        boolean isGood = false;
        try {
            if (!digest(mine).equals(part.getSha256())) {
                throw removed(file);
            }
            isGood = true;
            return new LoadedPayload(topic, record, part, work, null, mine, true);
        } finally {
            if (!isGood) {
                Files.deleteIfExists(mine);
            }
        }
    }

    private static ByteString digest(Path file) throws IOException {
        MessageDigest digest = Digests.newSha256();
        byte[] buffer = new byte[Content.CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return ByteString.copyFrom(digest.digest());
    }

    private static Corrupt removed(Path file) throws IOException {
        Files.deleteIfExists(file);
        return new Corrupt(file);
    }
}
