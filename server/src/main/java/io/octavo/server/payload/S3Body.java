package io.octavo.server.payload;

import java.io.FilterInputStream;
import java.io.IOException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;

/** The body of an S3 answer: closed early, it drops the connection instead of reading gigabytes to keep it. */
final class S3Body extends FilterInputStream {
    private final ResponseInputStream<?> body;
    private long remaining;

    /** @param length how many bytes are to come */
    S3Body(ResponseInputStream<?> body, long length) {
        super(body);
        this.body = body;
        this.remaining = length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            int count = body.read(buffer, offset, length);
            remaining -= Math.max(0, count);
            return count;
        } catch (SdkException e) {
            throw new IOException("S3 broke off", e);
        }
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public void close() throws IOException {
        if (remaining > 0) {
            body.abort();
        } else {
            body.close();
        }
    }
}
