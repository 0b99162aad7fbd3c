package io.octavo.server.web;

import io.octavo.rules.InvalidField;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a request as they arrive. That they stop short is the caller's fault, not a store's, and is told so by
 * an {@link InvalidField}.
 */
final class ArrivingBody extends InputStream {
    private final InputStream arriving;
    private long count;

    private ArrivingBody(InputStream arriving) {
        this.arriving = arriving;
    }

    static ArrivingBody of(HttpServletRequest request) throws IOException {
        return new ArrivingBody(request.getInputStream());
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        try {
            int read = arriving.read(target, offset, length);
            count += Math.max(0, read);
            return read;
        } catch (IOException e) {
            InvalidField broken = new InvalidField("body", "broke off after " + count + " bytes", "all its bytes");
            broken.initCause(e);
            throw broken;
        }
    }
}
