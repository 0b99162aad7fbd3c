package io.octavo.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A part of a content as the body of a request: read as it is sent, so that little of it is in memory. */
final class PartBody implements AutoCloseable {
    private final Content content;
    private final long offset;
    private final long size;
    private final LongConsumer told;
    private final AtomicLong moved = new AtomicLong();
    private @Nullable InputStream open;
    private volatile @Nullable OctavoException failure;

    /** @param told of bytes as they are sent; of a negative number if they are sent again */
    PartBody(Content content, long offset, long size, LongConsumer told) {
        this.content = content;
        this.offset = offset;
        this.size = size;
        this.told = told;
    }

    BodyPublisher publisher() {
        return BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(this::begin), size);
    }

    /** How many bytes were read to be sent. */
    long moved() {
        return moved.get();
    }

    /** Why the content can't be read; null if it can. */
    @Nullable
    OctavoException failure() {
        return failure;
    }

    /** The HTTP client doesn't close what it gave up reading. */
    @Override
    public synchronized void close() {
        InputStream known = open;
        open = null;
        if (known != null) {
            try {
                known.close();
            } catch (IOException e) {
                System.getLogger("io.octavo.client").log(System.Logger.Level.DEBUG, "can't close a part", e);
            }
        }
    }

    /** May be called again, if the connection turned out to be closed. */
    private synchronized InputStream begin() {
        close();
        told.accept(-moved.getAndSet(0));
        try {
            Part part = new Part(content.open(offset));
            open = part;
            return part;
        } catch (IOException e) {
            failure = WorkDirectory.failed("read " + content.name(), e);
            return InputStream.nullInputStream();
        }
    }

    private final class Part extends FilterInputStream {
        private long left = size;

        Part(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            try {
                int count = super.read(buffer, from, (int) Math.min(length, left));
                if (count < 0) {
                    throw new IOException("it has become shorter");
                }
                left -= count;
                moved.addAndGet(count);
                told.accept(count);
                return count;
            } catch (IOException e) {
                failure = WorkDirectory.failed("read " + content.name(), e);
                throw e;
            }
        }
    }
}
