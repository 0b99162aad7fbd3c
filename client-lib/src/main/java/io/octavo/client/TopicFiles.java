package io.octavo.client;

import com.google.protobuf.InvalidProtocolBufferException;
import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.Consumer;
import io.octavo.rules.Digests;
import io.octavo.rules.Heads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** What consumers know of topics, a small file each, that begins with its digest; a folder for each consumer. */
final class TopicFiles {
    static final int FORMAT = 1;
    private static final int MOST = 1 << 20;

    private final Path directory;

    TopicFiles(Path cache) {
        this.directory = cache.resolve("topics");
    }

    Path directory() {
        return directory;
    }

    /** What is known; null if nothing is. What can't be read is removed and answered with an exception. */
    @Nullable
    CachedTopic read(Consumer consumer, String topic) throws IOException {
        Path file = file(consumer, topic);
        CachedTopic found;
        try {
            found = read(file);
        } catch (NoSuchFileException e) {
            return null;
        } catch (InvalidProtocolBufferException e) {
            Files.deleteIfExists(file);
            throw e;
        }
        return found != null
                        && found.getConsumer().equals(consumer)
                        && found.getTopic().equals(topic)
                ? found
                : null;
    }

    /** Unless another process of the same consumer has written what is newer. */
    void write(CachedTopic known) throws IOException {
        Path file = file(known.getConsumer(), known.getTopic());
        try {
            CachedTopic there = read(file);
            if (there == null
                    || Heads.compare(there.getEpoch(), there.getRevision(), known.getEpoch(), known.getRevision())
                            > 0) {
                return;
            }
        } catch (NoSuchFileException | InvalidProtocolBufferException e) {
            // Nothing that would stand.
        }
        byte[] bytes = known.toByteArray();
        byte[] all = Arrays.copyOf(Digests.sha256(bytes), Digests.LENGTH + bytes.length);
        System.arraycopy(bytes, 0, all, Digests.LENGTH, bytes.length);
        CacheFiles.write(file, all);
    }

    /** What a file says; null if it is of a newer format. */
    static @Nullable CachedTopic read(Path file) throws IOException {
        long size = Files.size(file);
        byte[] all = size < Digests.LENGTH || size > MOST ? new byte[0] : Files.readAllBytes(file);
        if (all.length < Digests.LENGTH) {
            throw new InvalidProtocolBufferException(file + ": " + size + " bytes");
        }
        byte[] bytes = Arrays.copyOfRange(all, Digests.LENGTH, all.length);
        if (!Arrays.equals(Digests.sha256(bytes), 0, Digests.LENGTH, all, 0, Digests.LENGTH)) {
            throw new InvalidProtocolBufferException(file + ": not what was written");
        }
        CachedTopic known = CachedTopic.parseFrom(bytes);
        return known.getFormat() == FORMAT ? known : null;
    }

    Path file(Consumer consumer, String topic) {
        String who = String.join(
                "\n", consumer.getRegion(), consumer.getApp(), consumer.getCluster(), consumer.getInstance());
        byte[] digest = Digests.sha256(who.getBytes(StandardCharsets.UTF_8));
        return directory.resolve(HexFormat.of().formatHex(digest, 0, 8)).resolve(topic);
    }
}
