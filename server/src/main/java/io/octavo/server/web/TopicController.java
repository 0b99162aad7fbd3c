package io.octavo.server.web;

import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.UndoCommand;
import io.octavo.server.security.Right;
import io.octavo.server.topic.ChangeSettings;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.DeleteTopic;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.RestoreTopic;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.http.ResponseEntity.BodyBuilder;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;

/** A topic and its settings. */
@RestController
final class TopicController {
    private static final String JSON = "application/json";

    private final ReadableLog log;
    private final TopicReads reads;
    private final Writes writes;

    TopicController(ReadableLog log, TopicCommits commits) {
        this.log = log;
        this.reads = new TopicReads(log);
        this.writes = new Writes(commits);
    }

    @Call(
            value = "A topic; its ETag is the revision.",
            headers = "If-None-Match",
            status = {200, 304},
            answers = TopicView.class)
    @GetMapping(Addresses.TOPIC)
    @Needs(Right.READ)
    ResponseEntity<?> get(HttpServletRequest request, @PathVariable String topic) {
        Query.of(request);
        TopicHead head = reads.require(topic);
        String etag = Headers.etag(head.getRevision());
        return Headers.noneMatchHas(request, etag)
                ? Answers.notModified(etag)
                : Answers.ok().header("ETag", etag).body(TopicView.of(head));
    }

    /** Replaces all settings; makes the topic if there is none. */
    @Call(
            value = "Replaces all settings of a topic; makes it if there is none.",
            query = "dryRun",
            headers = {"If-Match", "Idempotency-Key", "Octavo-Who"},
            body = SettingsBody.class,
            status = {200, 201})
    @PutMapping(path = Addresses.TOPIC, consumes = JSON)
    @Needs(Right.CHANGE_SETTINGS)
    ResponseEntity<TopicView> put(HttpServletRequest request, @PathVariable String topic) throws IOException {
        Query query = Writes.query(request);
        SettingsPatch settings = SettingsPatch.of(request);
        ChangeSettings replace = new ChangeSettings(
                before -> settings.apply(Settings.getDefaultInstance()),
                "PUT " + settings.asked(),
                Headers.expectedRevision(request));
        return change(request, query, topic, replace);
    }

    /** Changes the settings that are named. */
    @Call(
            value = "Changes the settings that are named (RFC 7396).",
            query = "dryRun",
            headers = {"If-Match", "Idempotency-Key", "Octavo-Who"},
            body = SettingsBody.class)
    @PatchMapping(
            path = Addresses.TOPIC,
            consumes = {JSON, "application/merge-patch+json"})
    @Needs(Right.CHANGE_SETTINGS)
    ResponseEntity<TopicView> patch(HttpServletRequest request, @PathVariable String topic) throws IOException {
        Query query = Writes.query(request);
        SettingsPatch settings = SettingsPatch.of(request);
        ChangeSettings merge =
                new ChangeSettings(settings, "PATCH " + settings.asked(), Headers.expectedRevision(request));
        TopicHead before = log.head(TopicNames.check(topic), Read.SERIAL);
        if (before == null || before.hasDeletion()) {
            throw TopicReads.unknown(topic);
        }
        return change(request, query, topic, merge);
    }

    /** Marks the topic as deleted: nobody gets anything of it any more. Restoring takes that back. */
    @Call(
            value = "Marks a topic as deleted: nobody gets anything of it any more.",
            query = {"reason", "dryRun"},
            headers = {"If-Match", "Idempotency-Key", "Octavo-Who"})
    @DeleteMapping(Addresses.TOPIC)
    @Needs(Right.DELETE)
    ResponseEntity<TopicView> delete(HttpServletRequest request, @PathVariable String topic) {
        Query query = Writes.query(request, "reason");
        String reason = query.requiredText("reason", "why the topic is deleted");
        Long seen = Headers.expectedRevision(request);
        if (seen == null) {
            throw ServiceException.of(
                    ErrorCode.PRECONDITION_REQUIRED,
                    "If-Match: none (expected: the ETag of the topic, so that nothing is deleted that you have not"
                            + " seen)");
        }
        return mark(request, query, topic, new DeleteTopic(seen, reason));
    }

    /** Takes a deletion back, as long as the versions are there. */
    @Call(
            value = "Takes the deletion of a topic back, as long as its versions are there.",
            query = {"dryRun"},
            headers = {"Idempotency-Key", "Octavo-Who"},
            body = RestoreBody.class)
    @PostMapping(path = Addresses.TOPIC + "/restore", consumes = JSON)
    @Needs(Right.DELETE)
    ResponseEntity<TopicView> restore(HttpServletRequest request, @PathVariable String topic) throws IOException {
        Query query = Writes.query(request);
        String reason = JsonBody.of(request, List.of("reason")).text("reason");
        return mark(request, query, topic, new RestoreTopic(reason == null ? "" : reason));
    }

    /**
     * What restoring reads.
     *
     * @param reason for the audit trail
     */
    record RestoreBody(@Nullable String reason) {}

    private ResponseEntity<TopicView> mark(HttpServletRequest request, Query query, String topic, Command command) {
        Committed done = writes.carryOut(request, query, topic, command);
        return Answers.written(200, done)
                .body(TopicView.written(done.head(), done.revision(), Written.of(command, done)));
    }

    private ResponseEntity<TopicView> change(
            HttpServletRequest request, Query query, String topic, ChangeSettings change) {
        Committed done = writes.carryOut(request, query, topic, change);
        TopicHead before = done.before();
        boolean isMade = before != null && isNone(before) && done.effect() != Effect.DRY_RUN;
        BodyBuilder answer = Answers.written(isMade ? 201 : 200, done)
                .header("ETag", Headers.etag(done.head().getRevision()));
        if (isMade) {
            answer.header("Location", Addresses.topic(topic));
        }
        return answer.body(TopicView.written(done.head(), done.revision(), Written.of(done, undo(done))));
    }

    private static boolean isNone(TopicHead head) {
        return head.getRevision() == 0 || head.hasDeletion();
    }

    /** A topic that the change made has no settings to go back to. */
    private static @Nullable String undo(Committed done) {
        TopicHead before = done.before();
        return before == null || isNone(before) || done.effect() == Effect.UNCHANGED
                ? null
                : UndoCommand.settings(
                        before.getTopic(), Json.MAPPER.writeValueAsString(TopicView.settings(before.getSettings())));
    }
}
