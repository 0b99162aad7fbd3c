package io.octavo.client;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.octavo.protocol.Part;
import io.octavo.protocol.VersionRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A verified payload, in memory or in a file. */
final class LoadedPayload implements Payload {
    private static final Logger LOG = System.getLogger("io.octavo.client");

    private final String topic;
    private final VersionRecord record;
    private final Part part;
    private final WorkDirectory files;
    private byte @Nullable [] memory;
    private @Nullable Path file;
    private final boolean fromDisk;
    private boolean handedOut;

    /**
     * Exactly one of {@code memory} and {@code file} is given.
     *
     * @param fromDisk whether it was kept here: nothing was downloaded
     */
    LoadedPayload(
            String topic,
            VersionRecord record,
            Part part,
            WorkDirectory files,
            byte @Nullable [] memory,
            @Nullable Path file,
            boolean fromDisk) {
        this.topic = topic;
        this.record = record;
        this.part = part;
        this.files = files;
        this.memory = memory;
        this.file = file;
        this.fromDisk = fromDisk;
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public long version() {
        return record.getVersion();
    }

    @Override
    public long size() {
        return part.getSize();
    }

    @Override
    public String contentType() {
        return part.getContentType();
    }

    @Override
    public Map<String, String> metadata() {
        return record.getMetadataMap();
    }

    @Override
    public synchronized InputStream openStream() throws IOException {
        if (memory != null) {
            return new ByteArrayInputStream(memory);
        }
        if (file != null) {
            return Files.newInputStream(file);
        }
        throw new IllegalStateException("the payload is only there until the deserializer returns");
    }

    @Override
    public synchronized Path file() throws IOException {
        Path known = file;
        if (known == null) {
            if (memory == null) {
                throw new IllegalStateException("the payload is only there until the deserializer returns");
            }
            known = files.newFile(topic, version(), memory.length);
            file = known;
            Files.write(known, memory);
        }
        handedOut = true;
        return known;
    }

    VersionRecord record() {
        return record;
    }

    Part part() {
        return part;
    }

    boolean isFromDisk() {
        return fromDisk;
    }

    /** Of one in memory: all of it. */
    synchronized ByteString bytes() {
        if (memory == null) {
            throw new IllegalStateException("the payload is not in memory");
        }
        return UnsafeByteOperations.unsafeWrap(memory);
    }

    /** Keeps it under another name too; false if it has been let go. */
    synchronized boolean storeAs(Path name) throws IOException {
        if (memory != null) {
            CacheFiles.write(name, memory);
        } else if (file != null) {
            CacheFiles.link(file, name);
        }
        return memory != null || file != null;
    }

    /** Bytes of memory that it takes to store it later; 0 = none, -1 = a file would have to stay that nobody asked for. */
    synchronized long costOfWaiting() {
        if (handedOut) {
            return 0;
        }
        return memory == null ? -1 : memory.length;
    }

    /** It is not needed any more to make the value: only a file that it asked for stays. */
    synchronized void deserialized() {
        memory = null;
        if (!handedOut) {
            delete();
        }
    }

    /** Lets go of everything. */
    synchronized void delete() {
        memory = null;
        Path known = file;
        file = null;
        if (known != null) {
            try {
                Files.deleteIfExists(known);
            } catch (IOException e) {
                LOG.log(Level.WARNING, "can't delete " + known, e);
            }
        }
    }
}
