package io.octavo.server.web;

import io.octavo.server.publish.Arrival;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/** The body of a request, of which it is seen to that it gets on. */
final class WatchedBody extends ServletInputStream {
    private final ServletInputStream body;
    private final Arrival arrival;

    WatchedBody(ServletInputStream body, Arrival arrival) {
        this.body = body;
        this.arrival = arrival;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        arrival.waiting();
        int count;
        try {
            count = body.read(target, offset, length);
        } catch (IOException e) {
            if (isTimeout(e)) {
                throw arrival.stalled();
            }
            throw e;
        }
        if (count >= 0) {
            arrival.came(count);
        }
        return count;
    }

    @Override
    public boolean isFinished() {
        return body.isFinished();
    }

    @Override
    public boolean isReady() {
        return body.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
        body.setReadListener(listener);
    }

    private static boolean isTimeout(Throwable thrown) {
        @Nullable Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 5; depth++, cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }
}
