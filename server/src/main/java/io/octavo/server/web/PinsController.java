package io.octavo.server.web;

import io.octavo.protocol.Pin;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.server.security.Right;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.PinScope;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.UnpinScope;
import io.octavo.server.web.PinView.Pinned;
import io.octavo.server.web.PinView.Pins;
import io.octavo.server.web.PinView.Unpinned;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;

/** The pins of a topic: scopes held at a version. */
@RestController
final class PinsController {
    private static final List<String> FIELDS = List.of("version", "reason", "expiresAt");

    private final TopicReads reads;
    private final Writes writes;

    PinsController(ReadableLog log, TopicCommits commits) {
        this.reads = new TopicReads(log);
        this.writes = new Writes(commits);
    }

    @Call("The pins of a topic.")
    @GetMapping(Addresses.PINS)
    @Needs(Right.READ)
    ResponseEntity<Pins> list(HttpServletRequest request, @PathVariable String topic) {
        Query.of(request);
        TopicHead head = reads.require(topic);
        return Answers.ok()
                .body(new Pins(head.getPinsList().stream().map(PinView::of).toList()));
    }

    @Call(
            value = "Holds a scope at a version.",
            query = {"scope", "dryRun"},
            headers = {"Idempotency-Key", "Octavo-Who"},
            body = PinBody.class)
    @PutMapping(path = Addresses.PINS, consumes = "application/json")
    @Needs(Right.PIN)
    ResponseEntity<Pinned> pin(HttpServletRequest request, @PathVariable String topic) throws IOException {
        Query query = Writes.query(request, "scope");
        Scope scope = scope(query);
        JsonBody body = JsonBody.of(request, FIELDS);
        long version = body.requiredNumber("version", 1);
        String reason = body.requiredText("reason");
        Instant expiresAt = body.time("expiresAt");
        PinScope command = new PinScope(scope, version, reason, expiresAt == null ? 0 : millis(expiresAt));
        Committed done = writes.carryOut(request, query, topic, command);
        return Answers.written(200, done)
                .body(new Pinned(
                        topic,
                        done.revision(),
                        PinView.of(standing(done, command)),
                        done.head().getNewestVersion() - version,
                        Addresses.page(topic),
                        Written.of(command, done)));
    }

    @Call(
            value = "Takes a pin away.",
            query = {"scope", "reason", "dryRun"},
            headers = {"Idempotency-Key", "Octavo-Who"})
    @DeleteMapping(Addresses.PINS)
    @Needs(Right.PIN)
    ResponseEntity<Unpinned> unpin(HttpServletRequest request, @PathVariable String topic) {
        Query query = Writes.query(request, "scope", "reason");
        Scope scope = scope(query);
        String reason = query.text("reason");
        UnpinScope command = new UnpinScope(scope, reason == null ? "" : reason);
        Committed done = writes.carryOut(request, query, topic, command);
        return Answers.written(200, done)
                .body(new Unpinned(
                        topic,
                        done.revision(),
                        Scopes.format(scope),
                        Addresses.page(topic),
                        Written.of(command, done)));
    }

    /** The pin that was made; as it was asked for, if it was taken away again since. */
    private static Pin standing(Committed done, PinScope asked) {
        Pin pin = pin(done.head(), asked.scope());
        return pin != null && pin.getVersion() == asked.version()
                ? pin
                : Pin.newBuilder()
                        .setScope(asked.scope())
                        .setVersion(asked.version())
                        .setAtMs(done.head().getLastEventMs())
                        .setReason(asked.reason())
                        .setExpiresAtMs(asked.expiresAtMillis())
                        .build();
    }

    private static @Nullable Pin pin(TopicHead head, Scope scope) {
        return head.getPinsList().stream()
                .filter(pin -> pin.getScope().equals(scope))
                .findFirst()
                .orElse(null);
    }

    private static Scope scope(Query query) {
        return Scopes.parse(query.requiredText("scope", "a scope; * means everybody"));
    }

    private static long millis(Instant time) {
        return Math.max(1, time.toEpochMilli());
    }
}
