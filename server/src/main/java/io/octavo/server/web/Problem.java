package io.octavo.server.web;

import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was not served (RFC 9457).
 *
 * @param code   stable, for programs
 * @param errors which fields of the input can't be taken; null if that isn't the reason
 */
record Problem(
        String type,
        String title,
        int status,
        String detail,
        ErrorCode code,
        String requestId,
        @Nullable List<FieldError> errors) {
    private static final String MEDIA_TYPE = "application/problem+json";

    /** A field of the input that can't be taken. */
    record FieldError(String field, String value, String expected) {}

    static Problem of(int status, ErrorCode code, String detail, String requestId) {
        return new Problem("about:blank", title(code), status, detail, code, requestId, null);
    }

    static Problem of(InvalidField invalid, String requestId) {
        return of(
                HttpServletResponse.SC_BAD_REQUEST,
                ErrorCode.INVALID_ARGUMENT,
                String.valueOf(invalid.getMessage()),
                requestId,
                List.of(invalid));
    }

    /** @param findings the fields that can't be taken; none if that isn't the reason */
    static Problem of(int status, ErrorCode code, String detail, String requestId, List<InvalidField> findings) {
        List<FieldError> errors = findings.stream()
                .map(invalid -> new FieldError(invalid.field(), invalid.value(), invalid.expected()))
                .toList();
        return new Problem(
                "about:blank", title(code), status, detail, code, requestId, errors.isEmpty() ? null : errors);
    }

    /** Makes this the whole answer. */
    void write(HttpServletResponse response) throws IOException {
        byte[] body = Json.MAPPER.writeValueAsBytes(this);
        response.resetBuffer();
        response.setStatus(status);
        response.setHeader(RequestIds.HEADER, requestId);
        response.setHeader("Content-Type", MEDIA_TYPE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static String title(ErrorCode code) {
        String words = code.name().replace('_', ' ');
        return words.charAt(0) + words.substring(1).toLowerCase(java.util.Locale.ROOT);
    }
}
