package io.octavo.server.web;

import io.octavo.server.topic.Committed;
import io.octavo.server.topic.Committed.Effect;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.ResponseEntity.BodyBuilder;

/** Answers in JSON, whatever the caller says that it would like better. */
final class Answers {
    private Answers() {}

    static BodyBuilder ok() {
        return with(200);
    }

    static BodyBuilder with(int status) {
        return ResponseEntity.status(status).contentType(MediaType.APPLICATION_JSON);
    }

    /** The answer to a write, marked if it was done before. */
    static BodyBuilder written(int status, Committed committed) {
        BodyBuilder answer = with(status);
        return committed.effect() == Effect.REPLAYED ? answer.header(Headers.REPLAYED, "true") : answer;
    }

    static ResponseEntity<Void> notModified(String etag) {
        return ResponseEntity.status(304).header("ETag", etag).build();
    }
}
