package io.octavo.server.payload;

import io.octavo.protocol.S3Location;
import io.octavo.server.errors.ServiceException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A range of an object that lies in several regions: if one fails, at the start or midway, it goes on from the next.
 * For one thread.
 */
final class FailoverStream extends InputStream {
    /** An object in one region. */
    record Source(RegionStore store, S3Location location) {}

    private static final int ROUNDS = 2;

    private final List<Source> sources;
    private final boolean everywhere;
    private long position;
    private long remaining;
    private int next;
    private int failures;
    private @Nullable InputStream current;

    private FailoverStream(List<Source> sources, boolean everywhere, long offset, long length) {
        this.sources = sources;
        this.everywhere = everywhere;
        this.position = offset;
        this.remaining = length;
    }

    /**
     * Opens it at the first source that answers.
     *
     * @param everywhere the sources are all there are
     * @throws MissingPayload if all there are answer that they don't have it
     */
    static FailoverStream open(List<Source> sources, boolean everywhere, long offset, long length) {
        FailoverStream stream = new FailoverStream(sources, everywhere, offset, length);
        stream.current = stream.nextSource();
        return stream;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length == 0) {
            return 0;
        }
        while (remaining > 0) {
            int count = readCurrent(buffer, offset, (int) Math.min(length, remaining));
            if (count > 0) {
                position += count;
                remaining -= count;
                return count;
            }
        }
        return -1;
    }

    /** 0 = broke off, and goes on from another source now. */
    private int readCurrent(byte[] buffer, int offset, int length) throws IOException {
        try {
            int count = current == null ? -1 : current.read(buffer, offset, length);
            if (count > 0) {
                return count;
            }
            throw new IOException("the store sent " + remaining + " bytes too few");
        } catch (IOException e) {
            goOn(e);
            return 0;
        }
    }

    private void goOn(IOException failure) throws IOException {
        failures++;
        closeCurrent();
        if (failures >= ROUNDS * sources.size()) {
            throw failure;
        }
        try {
            current = nextSource();
        } catch (MissingPayload | ServiceException e) {
            failure.addSuppressed(e);
            throw failure;
        }
    }

    private InputStream nextSource() {
        @Nullable ServiceException unreachable = null;
        for (int tried = 0; tried < sources.size(); tried++) {
            Source source = sources.get(next++ % sources.size());
            try {
                return source.store().read(source.location(), position, remaining);
            } catch (MissingPayload e) {
                // Another region may have it.
            } catch (ServiceException e) {
                unreachable = e;
            }
        }
        if (unreachable != null) {
            throw unreachable;
        }
        if (!everywhere) {
            throw ServiceException.unavailable(
                    "payload: not in the regions known here (expected: every region of its pointer in octavo.regions)",
                    Duration.ofSeconds(30),
                    null);
        }
        throw new MissingPayload("payload: in none of its regions "
                + sources.stream().map(source -> source.store().name()).toList());
    }

    @Override
    public void close() throws IOException {
        remaining = 0;
        closeCurrent();
    }

    private void closeCurrent() throws IOException {
        InputStream open = current;
        current = null;
        if (open != null) {
            open.close();
        }
    }
}
