package io.octavo.server.validation;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A payload on its way, held against the checks of its topic as it is read: its end is only reached if it passes. Closing
 * it leaves the payload open, which is its owner's. For one thread.
 */
public final class CheckedBody extends InputStream {
    private final InputStream body;
    private final SizeRules sizes;
    private final @Nullable Check content;
    private long size;
    private boolean ended;

    CheckedBody(InputStream body, SizeRules sizes, @Nullable Check content) {
        this.body = body;
        this.sizes = sizes;
        this.content = content;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        int count = body.read(buffer, offset, length);
        if (count < 0) {
            end();
        } else {
            size += count;
            if (size > sizes.most()) {
                throw sizes.refusal("more than " + sizes.most());
            }
            if (content != null && count > 0) {
                content.take(buffer, offset, count);
            }
        }
        return count;
    }

    @Override
    public void close() {
        if (content != null) {
            content.close();
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            sizes.check(size);
            if (content != null) {
                content.end();
            }
        }
    }
}
