package io.octavo.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.net.http.HttpHeaders;
import tools.jackson.databind.JsonNode;

/** What a server answered. */
record Answer(int status, HttpHeaders headers, ByteString body) {
    String text() {
        return body.toStringUtf8();
    }

    JsonNode json() {
        return Json.MAPPER.readTree(body.toByteArray());
    }

    /** A header, empty if it isn't there. */
    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    Answer isStatus(int expected) {
        assertThat(status).as(this::text).isEqualTo(expected);
        return this;
    }

    /** Asserts that this is a problem document, complete in itself. */
    Answer isProblem(int expected, String code) {
        isStatus(expected);
        assertThat(header("Content-Type")).isEqualTo("application/problem+json");
        JsonNode problem = json();
        assertThat(problem.get("type").stringValue()).isEqualTo("about:blank");
        assertThat(problem.get("title").stringValue()).isNotBlank();
        assertThat(problem.get("status").intValue()).isEqualTo(expected);
        assertThat(problem.get("detail").stringValue()).isNotBlank();
        assertThat(problem.get("code").stringValue()).isEqualTo(code);
        assertThat(problem.get("requestId").stringValue())
                .isEqualTo(header("X-Request-Id"))
                .isNotBlank();
        return this;
    }

    /** Asserts that the input was refused because of a field. */
    Answer isInvalid(String field) {
        isProblem(400, "INVALID_ARGUMENT");
        JsonNode error = json().get("errors").get(0);
        assertThat(error.get("field").stringValue()).isEqualTo(field);
        assertThat(error.get("value").stringValue()).isNotNull();
        assertThat(error.get("expected").stringValue()).isNotBlank();
        return this;
    }
}
