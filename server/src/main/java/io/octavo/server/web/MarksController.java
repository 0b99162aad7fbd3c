package io.octavo.server.web;

import static java.util.Objects.requireNonNull;

import io.octavo.protocol.Scope;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Scopes;
import io.octavo.server.publish.LiveReaders;
import io.octavo.server.security.Right;
import io.octavo.server.topic.AddScope;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.DeleteVersion;
import io.octavo.server.topic.HoldVersion;
import io.octavo.server.topic.LiftQuarantine;
import io.octavo.server.topic.QuarantineVersion;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.ReleaseHold;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.WithdrawVersion;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;

/** What is put on a version after it was made, and taken off again: scopes, quarantine, holds; and its end. */
@RestController
final class MarksController {
    private static final String VERSION = Addresses.VERSIONS + "/{version}";
    private static final String SCOPES = VERSION + "/scopes";
    private static final String QUARANTINE = VERSION + "/quarantine";
    private static final String HOLD = VERSION + "/hold";

    private final TopicReads reads;
    private final Writes writes;

    MarksController(ReadableLog log, TopicCommits commits, LiveReaders readers) {
        this.reads = new TopicReads(log);
        this.writes = new Writes(commits, readers);
    }

    /** Publishes an old or staged version to one more scope. */
    @Call(
            value = "Publishes an old or staged version to one more scope.",
            query = {"scope", "reason", "dryRun"},
            headers = {"Idempotency-Key", "Octavo-Who"})
    @PutMapping(SCOPES)
    @Needs(Right.ADD_SCOPE)
    ResponseEntity<VersionView> addScope(
            HttpServletRequest request, @PathVariable String topic, @PathVariable String version) {
        Query query = Writes.query(request, "scope", "reason");
        AddScope command = new AddScope(TopicReads.number(version), scope(query), null, reason(query));
        if (Access.identity(request) != null) {
            String madeBy = reads.requireVersion(reads.require(topic), command.version())
                    .getBy();
            Access.requireAddScope(request, topic, List.of(command.scope()), madeBy);
        }
        return answer(request, query, topic, command);
    }

    /** Takes it back from one. */
    @Call(
            value = "Takes the publication of a version to a scope back.",
            query = {"scope", "reason", "dryRun"},
            headers = {"Idempotency-Key", "Octavo-Who"})
    @DeleteMapping(SCOPES)
    @Needs(Right.WITHDRAW)
    ResponseEntity<VersionView> withdraw(
            HttpServletRequest request, @PathVariable String topic, @PathVariable String version) {
        Query query = Writes.query(request, "scope", "reason");
        return answer(
                request, query, topic, new WithdrawVersion(TopicReads.number(version), scope(query), reason(query)));
    }

    @Call(
            value = "Marks a version as bad: it is served to nobody any more except by its number.",
            query = {"reason", "force", "dryRun"},
            headers = {"Idempotency-Key", "Octavo-Who"})
    @PutMapping(QUARANTINE)
    @Needs(Right.QUARANTINE)
    ResponseEntity<VersionView> quarantine(
            HttpServletRequest request, @PathVariable String topic, @PathVariable String version) {
        Query query = Writes.query(request, "reason", "force");
        String reason = query.requiredText("reason", "why the version is bad");
        QuarantineVersion command = new QuarantineVersion(TopicReads.number(version), reason);
        if (!query.flag("force")) {
            writes.requireVersionsLeft(request, topic, command);
        }
        return answer(request, query, topic, command);
    }

    @Call(
            value = "Lifts a quarantine: the publications of the version count again.",
            query = {"reason", "dryRun"},
            headers = {"Idempotency-Key", "Octavo-Who"})
    @DeleteMapping(QUARANTINE)
    @Needs(Right.QUARANTINE)
    ResponseEntity<VersionView> liftQuarantine(
            HttpServletRequest request, @PathVariable String topic, @PathVariable String version) {
        Query query = Writes.query(request, "reason");
        return answer(request, query, topic, new LiftQuarantine(TopicReads.number(version), reason(query)));
    }

    /** Gives the version up for ever; refused while something names it. */
    @Call(
            value = "Deletes a version for ever: it is never served again, and its bytes are removed.",
            query = {"reason", "dryRun"},
            headers = {"Idempotency-Key", "Octavo-Who"})
    @DeleteMapping(VERSION)
    @Needs(Right.DELETE)
    ResponseEntity<VersionView> delete(
            HttpServletRequest request, @PathVariable String topic, @PathVariable String version) {
        Query query = Writes.query(request, "reason");
        String reason = query.requiredText("reason", "why the version is deleted");
        return answer(request, query, topic, new DeleteVersion(TopicReads.number(version), reason));
    }

    /** Keeps the version from retention, in the name of {@code holder}, or of who asks. */
    @Call(
            value = "Keeps a version from retention.",
            query = {"reason", "expiresAt", "holder", "dryRun"},
            headers = {"Idempotency-Key", "Octavo-Who"})
    @PutMapping(HOLD)
    @Needs(Right.HOLD)
    ResponseEntity<VersionView> hold(
            HttpServletRequest request, @PathVariable String topic, @PathVariable String version) {
        Query query = Writes.query(request, "reason", "expiresAt", "holder");
        Instant expiresAt = query.time("expiresAt");
        HoldVersion hold = new HoldVersion(
                TopicReads.number(version),
                query.text("holder"),
                query.requiredText("reason", "why the version is to be kept"),
                expiresAt == null ? 0 : Math.max(1, expiresAt.toEpochMilli()));
        return answer(request, query, topic, hold);
    }

    @Call(
            value = "Lets go of a version.",
            query = {"reason", "holder", "dryRun"},
            headers = {"Idempotency-Key", "Octavo-Who"})
    @DeleteMapping(HOLD)
    @Needs(Right.HOLD)
    ResponseEntity<VersionView> release(
            HttpServletRequest request, @PathVariable String topic, @PathVariable String version) {
        Query query = Writes.query(request, "reason", "holder");
        String holder = query.text("holder");
        ReleaseHold release = new ReleaseHold(
                TopicReads.number(version), holder == null ? Headers.who(request) : holder, reason(query));
        return answer(request, query, topic, release);
    }

    private ResponseEntity<VersionView> answer(HttpServletRequest request, Query query, String topic, Command command) {
        Committed done = writes.carryOut(request, query, topic, command);
        VersionRecord record = requireNonNull(done.version(), topic);
        return Answers.written(200, done)
                .body(VersionView.written(done.head(), record, done.revision(), writes.written(command, done)));
    }

    private static Scope scope(Query query) {
        return Scopes.parse(query.requiredText("scope", "a scope; * means everybody"));
    }

    private static String reason(Query query) {
        @Nullable String reason = query.text("reason");
        return reason == null ? "" : reason;
    }
}
