package io.octavo.server.web;

import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.TopicNames;
import io.octavo.server.topic.ChangeSettings;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.springframework.http.ResponseEntity;
import org.springframework.http.ResponseEntity.BodyBuilder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;

/** A topic and its settings. */
@RestController
final class TopicController {
    private static final String JSON = "application/json";

    private final TopicLog log;
    private final TopicCommits commits;
    private final TopicReads reads;

    TopicController(TopicLog log, TopicCommits commits) {
        this.log = log;
        this.commits = commits;
        this.reads = new TopicReads(log);
    }

    @Call(
            value = "A topic; its ETag is the revision.",
            headers = "If-None-Match",
            status = {200, 304},
            answers = TopicView.class)
    @GetMapping(Addresses.TOPIC)
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
            headers = {"If-Match", "Idempotency-Key", "Octavo-Who"},
            body = SettingsBody.class,
            status = {200, 201})
    @PutMapping(path = Addresses.TOPIC, consumes = JSON)
    ResponseEntity<TopicView> put(HttpServletRequest request, @PathVariable String topic) throws IOException {
        Query.of(request);
        SettingsPatch settings = SettingsPatch.of(request);
        ChangeSettings replace = new ChangeSettings(
                before -> settings.apply(Settings.getDefaultInstance()),
                "PUT " + settings.asked(),
                Headers.expectedRevision(request));
        TopicHead before = reads.find(topic);
        boolean isNew = before == null || before.hasDeletion();
        return change(request, topic, replace, isNew ? 201 : 200);
    }

    /** Changes the settings that are named. */
    @Call(
            value = "Changes the settings that are named (RFC 7396).",
            headers = {"If-Match", "Idempotency-Key", "Octavo-Who"},
            body = SettingsBody.class)
    @PatchMapping(
            path = Addresses.TOPIC,
            consumes = {JSON, "application/merge-patch+json"})
    ResponseEntity<TopicView> patch(HttpServletRequest request, @PathVariable String topic) throws IOException {
        Query.of(request);
        SettingsPatch settings = SettingsPatch.of(request);
        ChangeSettings merge =
                new ChangeSettings(settings, "PATCH " + settings.asked(), Headers.expectedRevision(request));
        TopicHead before = log.head(TopicNames.check(topic), Read.SERIAL);
        if (before == null || before.hasDeletion()) {
            throw TopicReads.unknown(topic);
        }
        return change(request, topic, merge, 200);
    }

    private ResponseEntity<TopicView> change(
            HttpServletRequest request, String topic, ChangeSettings change, int status) {
        String key = Headers.one(request, Headers.IDEMPOTENCY_KEY);
        Committed done = commits.commit(topic, change, Headers.who(request), key);
        BodyBuilder answer = Answers.written(status, done)
                .header("ETag", Headers.etag(done.head().getRevision()));
        if (status == 201) {
            answer.header("Location", Addresses.topic(topic));
        }
        return answer.body(TopicView.of(done.head()));
    }
}
