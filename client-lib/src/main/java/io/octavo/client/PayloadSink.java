package io.octavo.client;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import io.octavo.rules.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Takes a payload's bytes in their order and verifies them: up to 1 MiB in memory, more in a file. Safe for use by
 * several threads, but only one writes at a time.
 */
final class PayloadSink implements AutoCloseable {
    /** What is larger goes to a file. */
    static final int MOST_IN_MEMORY = 1 << 20;

    private final String topic;
    private final VersionRecord record;
    private final Part part;
    private final WorkDirectory files;
    private final @Nullable ByteBuffer memory;
    private final @Nullable Path file;
    private final @Nullable FileChannel channel;
    private final MessageDigest digest = Digests.newSha256();
    private long position;
    private boolean handedOver;

    PayloadSink(String topic, VersionRecord record, Part part, WorkDirectory files) {
        this.topic = topic;
        this.record = record;
        this.part = part;
        this.files = files;
        if (part.getSize() <= MOST_IN_MEMORY) {
            memory = ByteBuffer.allocate((int) part.getSize());
            file = null;
            channel = null;
        } else {
            memory = null;
            file = files.newFile(topic, record.getVersion(), part.getSize());
            channel = open(file);
        }
    }

    /** How many bytes it has: the offset from which a broken download goes on. */
    synchronized long position() {
        return position;
    }

    /** How many bytes it is to have. */
    long size() {
        return part.getSize();
    }

    synchronized boolean isComplete() {
        return position == part.getSize();
    }

    synchronized void write(ByteBuffer bytes) {
        int count = bytes.remaining();
        if (position + count > part.getSize()) {
            throw mismatch("more than " + part.getSize() + " bytes", "as many as were published");
        }
        digest.update(bytes.duplicate());
        if (memory != null) {
            memory.put(bytes);
        } else if (channel != null) {
            writeFully(channel, bytes);
        }
        position += count;
    }

    /** The payload, if all bytes are here and are what was published. */
    synchronized LoadedPayload verified() {
        if (!isComplete()) {
            throw mismatch(position + " bytes", part.getSize() + " bytes, as were published");
        }
        ByteString found = ByteString.copyFrom(digest.digest());
        if (!found.equals(part.getSha256())) {
            throw mismatch("SHA-256 " + Hex.of(found), Hex.of(part.getSha256()) + ", as was published");
        }
        closeChannel();
        handedOver = true;
        return new LoadedPayload(topic, record, part, files, memory == null ? null : memory.array(), file, false);
    }

    /** Deletes the file unless the payload was verified. */
    @Override
    public synchronized void close() {
        closeChannel();
        if (file != null && !handedOver) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw WorkDirectory.failed("delete " + file, e);
            }
        }
    }

    private OctavoException mismatch(String found, String expected) {
        return OctavoException.lasting(
                ErrorCode.DIGEST_MISMATCH,
                "payload of " + topic + " version " + record.getVersion() + ": " + found + " (expected: " + expected
                        + ")",
                null);
    }

    private void closeChannel() {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw WorkDirectory.failed("write " + file, e);
            }
        }
    }

    private static FileChannel open(Path file) {
        try {
            return FileChannel.open(file, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw WorkDirectory.failed("write " + file, e);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw WorkDirectory.failed("write a payload's file", e);
        }
    }
}
