package io.octavo.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A payload in S3 as a stream: read a chunk ahead, so that two are in memory. Its last chunk is not given out before all
 * bytes are known to be right.
 */
final class PayloadStream extends InputStream {
    private static final int CHUNK = 4 << 20;

    private final Version version;
    private final LinkedPayload linked;
    private final Downloader downloader;
    private final Progress progress;
    private final PayloadCheck check;
    private long asked;
    private long given;
    private byte[] chunk = new byte[0];
    private int position;
    private @Nullable Ahead ahead;
    private boolean closed;

    PayloadStream(Version version, LinkedPayload linked, Downloader downloader, TransferListener listener) {
        this.version = version;
        this.linked = linked;
        this.downloader = downloader;
        this.progress = new Progress(listener, version.size());
        this.check = new PayloadCheck(version);
    }

    /** The next chunk, which comes meanwhile. */
    private static final class Ahead {
        private final byte[] bytes;
        private final Future<?> come;

        Ahead(byte[] bytes, Future<?> come) {
            this.bytes = bytes;
            this.come = come;
        }
    }

    @Override
    public int read() throws IOException {
        return fill() ? chunk[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, chunk.length - position);
        System.arraycopy(chunk, position, buffer, offset, count);
        position += count;
        return count;
    }

    /** Ends what is on its way. */
    @Override
    public void close() {
        closed = true;
        if (ahead != null) {
            ahead.come.cancel(true);
        }
    }

    /** Whether there are bytes left. */
    private boolean fill() throws IOException {
        if (closed) {
            throw new IOException("the stream is closed");
        }
        if (position < chunk.length) {
            return true;
        }
        if (given == version.size()) {
            return false;
        }
        Ahead next = ahead == null ? ask() : ahead;
        await(next);
        ahead = null;
        given += next.bytes.length;
        check.take(ByteBuffer.wrap(next.bytes));
        if (given == version.size()) {
            OctavoException wrong = check.wrong();
            if (wrong != null) {
                throw failed(wrong);
            }
        } else {
            ahead = ask();
        }
        chunk = next.bytes;
        position = 0;
        progress.at(given);
        return true;
    }

    private Ahead ask() {
        long from = asked;
        long to = Math.min(version.size(), from + CHUNK);
        asked = to;
        byte[] bytes = new byte[(int) (to - from)];
        Range range =
                new Range(version.size(), from, to, (at, part) -> part.get(bytes, (int) (at - from), part.remaining()));
        return new Ahead(bytes, downloader.tasks().submit(() -> linked.read(range, downloader.end())));
    }

    private void await(Ahead next) throws IOException {
        try {
            downloader.tasks().await(next.come, "read a payload");
        } catch (OctavoException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw failed(Errors.from(e, "read a payload"));
        }
    }

    /** It can't be gone on with. */
    private IOException failed(OctavoException failure) {
        close();
        return new IOException(failure.getMessage(), failure);
    }
}
