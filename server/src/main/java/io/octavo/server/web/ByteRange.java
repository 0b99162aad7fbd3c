package io.octavo.server.web;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that a request wants of a payload (RFC 9110, section 14). One range is honoured; several, and what is no
 * range of bytes, are ignored, which the RFC allows.
 *
 * @param first  of the wanted bytes
 * @param length how many; -1 = none of them exists
 */
record ByteRange(long first, long length) {
    private static final Pattern ONE = Pattern.compile("bytes=\\s*([0-9]{0,18})-([0-9]{0,18})\\s*");
    private static final ByteRange UNSATISFIABLE = new ByteRange(0, -1);

    /** Reads a {@code Range} header; null if all bytes are wanted. */
    static @Nullable ByteRange of(@Nullable String header, long size) {
        Matcher range = ONE.matcher(header == null ? "" : header);
        if (!range.matches()) {
            return null;
        }
        String from = range.group(1);
        String to = range.group(2);
        if (from.isEmpty()) {
            return to.isEmpty() ? null : suffix(Long.parseLong(to), size);
        }
        long first = Long.parseLong(from);
        long last = to.isEmpty() ? Long.MAX_VALUE : Long.parseLong(to);
        if (last < first) {
            return null;
        }
        return first >= size ? UNSATISFIABLE : new ByteRange(first, Math.min(last, size - 1) - first + 1);
    }

    boolean isSatisfiable() {
        return length >= 0;
    }

    String contentRange(long size) {
        return "bytes " + (isSatisfiable() ? first + "-" + (first + length - 1) : "*") + "/" + size;
    }

    private static ByteRange suffix(long wanted, long size) {
        long length = Math.min(wanted, size);
        return length == 0 ? UNSATISFIABLE : new ByteRange(size - length, length);
    }
}
