package io.octavo.server.web;

import com.google.protobuf.ByteString;
import io.octavo.rules.InvalidField;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.fileupload2.core.FileUploadSizeException;
import org.apache.commons.fileupload2.core.MultipartInput;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * A form that publishes a version: the part {@code metadata}, then the part {@code payload}, and no other. Read as it
 * arrives; nothing is collected but the metadata. For one thread.
 */
final class MultipartBody {
    private static final int BUFFER = 64 << 10;
    private static final int MOST_METADATA_BYTES = 64 << 10;
    private static final int MOST_BYTES_BEFORE = 256 << 10;
    /** RFC 2046, section 5.1.1. */
    private static final Pattern BOUNDARY = Pattern.compile("[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]");

    private static final String METADATA = "metadata";
    private static final String PAYLOAD = "payload";

    private final MultipartInput input;
    private final Map<String, String> metadata;
    private final PartHeaders payload;

    private MultipartBody(BeforePayload body, String boundary) throws IOException {
        this.input = MultipartInput.builder()
                .setInputStream(body)
                .setBoundary(boundary.getBytes(StandardCharsets.US_ASCII))
                .setBufferSize(BUFFER)
                .setMaxPartHeaderSize(PartHeaders.MOST_BYTES)
                .get();
        input.setHeaderCharset(StandardCharsets.UTF_8);
        if (!input.skipPreamble()) {
            throw new InvalidField("body", "no part", "parts divided by the boundary that Content-Type names");
        }
        requireName(METADATA, "a part metadata, a JSON object of texts, before the part payload");
        byte[] json = input.newInputStream().readNBytes(MOST_METADATA_BYTES + 1);
        if (json.length > MOST_METADATA_BYTES) {
            throw new InvalidField(METADATA, "more than " + MOST_METADATA_BYTES + " bytes", "a small JSON object");
        }
        this.metadata = Metadata.ofJson(METADATA, JsonBody.parse(METADATA, json));
        if (!input.readBoundary()) {
            throw new InvalidField(PAYLOAD, "none", "a part payload after the part metadata");
        }
        this.payload = requireName(PAYLOAD, "a part payload after the part metadata");
        payload.requireOwnBytes();
        body.isOver = true;
    }

    /** Reads a form up to the first byte of its payload. */
    static MultipartBody of(HttpServletRequest request) throws IOException {
        InputStream arriving = ArrivingBody.of(request);
        String boundary = boundary(request);
        return reading(() -> new MultipartBody(new BeforePayload(arriving), boundary));
    }

    Map<String, String> metadata() {
        return metadata;
    }

    /** Of the payload; empty if its part has none. */
    String contentType() {
        return payload.value("Content-Type");
    }

    /** Of the payload, as its part announces it; empty if it doesn't. */
    ByteString contentDigest() {
        return Headers.digest(payload.value(Headers.CONTENT_DIGEST));
    }

    /** The bytes of the payload. They end well only if the form ends after them. */
    InputStream payload() {
        return new Payload(input.newInputStream());
    }

    private PartHeaders requireName(String name, String expected) throws IOException {
        PartHeaders headers = PartHeaders.of(input.readHeaders());
        if (!headers.name().equals(name)) {
            throw new InvalidField(name, "a part " + headers.name(), expected);
        }
        return headers;
    }

    private static String boundary(HttpServletRequest request) {
        String type = String.valueOf(request.getContentType());
        try {
            String given = MediaType.parseMediaType(type).getParameter("boundary");
            String bare = given == null ? "" : given.replaceFirst("^\"(.*)\"$", "$1");
            if (BOUNDARY.matcher(bare).matches()) {
                return bare;
            }
        } catch (InvalidMediaTypeException e) {
            // Said below, as of any other type without a boundary.
        }
        throw new InvalidField("Content-Type", type, "multipart/form-data with a boundary of 1 to 70 characters");
    }

    private static <T> T reading(Reading<T> reading) {
        try {
            return reading.read();
        } catch (FileUploadSizeException e) {
            throw because(
                    new InvalidField(
                            "body", "a part with long headers", "at most " + PartHeaders.MOST_BYTES + " bytes of them"),
                    e);
        } catch (IOException e) {
            throw because(
                    new InvalidField("body", "not well-formed", "multipart/form-data that ends with its boundary"), e);
        }
    }

    private static InvalidField because(InvalidField invalid, IOException cause) {
        invalid.initCause(cause);
        return invalid;
    }

    /** Something that reads the form. */
    @FunctionalInterface
    private interface Reading<T> {
        T read() throws IOException;
    }

    /** The bytes that arrive; only so many of them before the payload, whatever is put there. */
    private static final class BeforePayload extends InputStream {
        private final InputStream arriving;
        private long left = MOST_BYTES_BEFORE;
        private boolean isOver;

        BeforePayload(InputStream arriving) {
            this.arriving = arriving;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = arriving.read(target, offset, length);
            left -= isOver ? 0 : read;
            if (left < 0) {
                throw new InvalidField(
                        "body",
                        "more than " + MOST_BYTES_BEFORE + " bytes before the payload",
                        "the part metadata, then the part payload");
            }
            return read;
        }
    }

    /** The payload's bytes; whoever reads their end has seen the form's. */
    private final class Payload extends InputStream {
        private final InputStream part;
        private boolean ended;

        Payload(InputStream part) {
            this.part = part;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            int read = ended ? -1 : reading(() -> part.read(target, offset, length));
            if (read < 0 && !ended) {
                reading(() -> {
                    requireEnd();
                    return true;
                });
                ended = true;
            }
            return read;
        }

        private void requireEnd() throws IOException {
            if (input.readBoundary()) {
                String name = PartHeaders.of(input.readHeaders()).name();
                throw new InvalidField(name, "a part after the payload", "no part after the part payload");
            }
        }
    }
}
