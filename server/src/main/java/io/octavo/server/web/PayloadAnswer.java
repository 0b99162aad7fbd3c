package io.octavo.server.web;

import io.octavo.protocol.Part;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.PayloadOutlet;
import io.octavo.server.topic.Gone;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Answers the bytes of a version, all or a range, as a stream; never in a form that a browser would run. */
final class PayloadAnswer {
    private static final int BUFFER = 64 << 10;

    private final PayloadOutlet outlet;

    PayloadAnswer(PayloadOutlet outlet) {
        this.outlet = outlet;
    }

    void write(HttpServletRequest request, HttpServletResponse response, String topic, VersionRecord record)
            throws IOException {
        checkNotDeleted(topic, record);
        Part part = VersionView.part(record);
        String etag = Headers.etag(HexFormat.of().formatHex(part.getSha256().toByteArray()));
        response.setHeader("ETag", etag);
        response.setHeader(Headers.VERSION, Long.toString(record.getVersion()));
        if (Headers.noneMatchHas(request, etag)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setHeader("Accept-Ranges", "bytes");
        ByteRange range = ByteRange.of(rangeHeader(request, etag), part.getSize());
        if (range == null) {
            send(request, response, part, new ByteRange(0, part.getSize()), topic, record);
            return;
        }
        response.setHeader("Content-Range", range.contentRange(part.getSize()));
        if (!range.isSatisfiable()) {
            throw ServiceException.of(
                    ErrorCode.RANGE_NOT_SATISFIABLE,
                    "Range: " + request.getHeader("Range") + " (expected: a range within the " + part.getSize()
                            + " bytes of version " + record.getVersion() + ")");
        }
        response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
        send(request, response, part, range, topic, record);
    }

    private void send(
            HttpServletRequest request,
            HttpServletResponse response,
            Part part,
            ByteRange range,
            String topic,
            VersionRecord record)
            throws IOException {
        if (range.length() == 0 || request.getMethod().equals("HEAD")) {
            describe(response, part, range, topic, record);
            return;
        }
        try (InputStream bytes = outlet.open(part, range.first(), range.length())) {
            // The first bytes come before the headers: that a store can't give them is still told as a problem.
            byte[] buffer = new byte[BUFFER];
            int read = bytes.readNBytes(buffer, 0, (int) Math.min(BUFFER, range.length()));
            describe(response, part, range, topic, record);
            copy(bytes, buffer, read, range.length(), response.getOutputStream());
        }
    }

    private static void describe(
            HttpServletResponse response, Part part, ByteRange range, String topic, VersionRecord record) {
        response.setHeader("Content-Type", contentType(part));
        response.setHeader("Content-Disposition", "attachment; filename=\"" + topic + "-" + record.getVersion() + "\"");
        response.setHeader(Headers.REPR_DIGEST, Headers.reprDigest(part.getSha256()));
        response.setContentLengthLong(range.length());
    }

    private static void copy(InputStream bytes, byte[] buffer, int begun, long length, OutputStream to)
            throws IOException {
        int read = begun;
        long left = length;
        while (left > 0) {
            if (read <= 0) {
                // Not an EOFException: the framework would take it for the caller's and end the answer in peace.
                throw new IOException("payload: " + left + " bytes are missing of " + length);
            }
            to.write(buffer, 0, read);
            left -= read;
            read = bytes.read(buffer, 0, (int) Math.min(BUFFER, left));
        }
    }

    /** The range that is asked for, unless it is of other bytes than these (RFC 9110, section 13.1.5). */
    private static @Nullable String rangeHeader(HttpServletRequest request, String etag) {
        String ifRange = request.getHeader("If-Range");
        return ifRange == null || ifRange.equals(etag) ? request.getHeader("Range") : null;
    }

    private static String contentType(Part part) {
        return part.getContentType().isEmpty() ? "application/octet-stream" : part.getContentType();
    }

    private static void checkNotDeleted(String topic, VersionRecord record) {
        if (record.hasDeletion()) {
            throw Gone.version(topic, record);
        }
    }
}
