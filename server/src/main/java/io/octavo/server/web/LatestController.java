package io.octavo.server.web;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Heads;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.PayloadOutlet;
import io.octavo.server.security.Right;
import io.octavo.server.topic.Gone;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.web.HeldVersions.Held;
import io.octavo.server.web.PastHeads.Moment;
import io.octavo.server.web.VersionView.Reason;
import io.octavo.server.web.openapi.Call;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ResponseEntity;
import org.springframework.http.ResponseEntity.BodyBuilder;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.context.request.async.DeferredResult;

/** What a consumer is to run, and its bytes. */
@Controller
final class LatestController {
    private static final Logger LOG = LoggerFactory.getLogger(LatestController.class);

    private static final int MOST_SCOPES_TOLD = 20;

    private final PastHeads heads;
    private final ReadableLog log;
    private final PayloadAnswer payload;
    private final HeldAnswers held;
    private final HeldVersions heldVersions;
    private final NotedUse use;

    LatestController(
            PastHeads heads,
            ReadableLog log,
            PayloadOutlet outlet,
            HeldAnswers held,
            HeldVersions heldVersions,
            NotedUse use) {
        this.use = use;
        this.held = held;
        this.heldVersions = heldVersions;
        this.heads = heads;
        this.log = log;
        this.payload = new PayloadAnswer(outlet);
    }

    /**
     * What was found for a consumer.
     *
     * @param head   of the time that was asked for
     * @param reason null = not known
     * @param etag   of the answer without the payload
     * @param past   whether that time is over
     * @param strict whether the log was asked for it, which nobody does who waits for another answer
     */
    private record Found(
            TopicHead head,
            Consumer consumer,
            @Nullable Reason reason,
            VersionRecord record,
            String etag,
            boolean past,
            boolean strict) {}

    @Call(
            value = "The version that a consumer is to run, or was to run at an instant, with the reason. With"
                    + " If-None-Match and Prefer: wait=25, the answer waits until there is another version; not if it is"
                    + " strict.",
            query = {"region", "app", "cluster", "instance", "at", "minRevision", "strict"},
            headers = {"If-None-Match", "Prefer"},
            status = {200, 304},
            answers = VersionView.class)
    @GetMapping(Addresses.LATEST)
    @Needs(value = Right.READ, asApp = true)
    Object get(HttpServletRequest request, @PathVariable String topic) {
        Duration wait = HeldAnswers.wait(request);
        Found found = find(request, topic);
        if (!wait.isZero() && !found.past() && !found.strict() && Headers.noneMatchHas(request, found.etag())) {
            DeferredResult<ResponseEntity<?>> later = held.hold(
                    topic,
                    found.consumer(),
                    found.record().getVersion(),
                    wait,
                    () -> answer(request, find(request, topic), true));
            if (later != null) {
                return later;
            }
        }
        return answer(request, found, false);
    }

    private ResponseEntity<?> answer(HttpServletRequest request, Found found, boolean waited) {
        boolean same = Headers.noneMatchHas(request, found.etag());
        BodyBuilder answer = (same ? ResponseEntity.status(304) : Answers.ok()).header("ETag", found.etag());
        if (waited) {
            answer.header(HeldAnswers.APPLIED, "wait");
        }
        if (same) {
            return answer.build();
        }
        VersionRecord record = complete(found);
        return answer.header(Headers.VERSION, Long.toString(record.getVersion()))
                .body(VersionView.of(found.head(), record, found.reason()));
    }

    @Call(
            value = "The bytes that a consumer is to run, or was to run at an instant.",
            query = {"region", "app", "cluster", "instance", "at", "minRevision", "strict"},
            headers = {"Range", "If-Range", "If-None-Match"},
            status = {200, 206, 304},
            bytes = true)
    @GetMapping(Addresses.LATEST + "/payload")
    @Needs(value = Right.READ, asApp = true)
    void payload(HttpServletRequest request, HttpServletResponse response, @PathVariable String topic)
            throws IOException {
        payload.write(request, response, topic, find(request, topic).record());
    }

    private Found find(HttpServletRequest request, String topic) {
        Query query = Query.of(request, "region", "app", "cluster", "instance", "at", "minRevision", "strict");
        Consumer consumer = Consumers.of(query);
        Moment moment = heads.moment(topic, query);
        use.of(topic);
        TopicHead head = moment.then();
        if (head.hasDeletion()) {
            throw deleted(head);
        }
        Resolution resolution = Resolution.of(head, consumer);
        if (resolution.version() == 0) {
            throw nothing(head, consumer);
        }
        boolean past = moment.at() != null;
        Held missing = past ? null : heldVersions.of(head, consumer);
        if (missing != null) {
            return standIn(head, consumer, missing, query.flag("strict"));
        }
        VersionRecord record = past ? pastRecord(head, resolution.version()) : record(head, resolution.version());
        // What is said of a version of the past can change with the topic of today.
        String etag =
                Headers.etag(past ? head.getRevision() + "-" + moment.now().getRevision() : head.getRevision());
        return new Found(head, consumer, Reason.of(resolution), record, etag, past, query.flag("strict"));
    }

    private static Found standIn(TopicHead head, Consumer consumer, Held missing, boolean strict) {
        VersionRecord record = missing.record();
        Scope scope = missing.standIn().scope();
        if (record == null || scope == null) {
            throw ServiceException.of(
                    ErrorCode.VERSION_NOT_FOUND,
                    "version " + missing.version() + " of " + head.getTopic()
                            + " is held back by the consistency check, for its payload is missing, and no older version"
                            + " can stand in for it");
        }
        // At the same revision it is given back some day.
        String etag = Headers.etag(head.getRevision() + "-" + missing.version() + "-" + record.getVersion());
        return new Found(head, consumer, Reason.standIn(scope, missing.version()), record, etag, false, strict);
    }

    private static VersionRecord record(TopicHead head, long version) {
        VersionRecord record = Heads.record(head, version);
        if (record == null) {
            throw new IllegalStateException("the head of " + head.getTopic() + " at revision " + head.getRevision()
                    + " names version " + version + " and has no record of it");
        }
        return record;
    }

    private VersionRecord pastRecord(TopicHead head, long version) {
        VersionRecord record = log.version(head.getTopic(), version, Read.LOCAL);
        if (record == null) {
            throw Gone.record(head.getTopic(), version);
        }
        return record;
    }

    /**
     * The record with its publications: from the head where that tells them, so that nothing is asked of the log; else
     * from the log, and if that can't answer, as far as the head knows.
     */
    private VersionRecord complete(Found found) {
        if (found.past() || found.record().getPublicationsCount() > 0) {
            return found.record();
        }
        long version = found.record().getVersion();
        List<Publication> standing = found.head().getPublicationsList().stream()
                .filter(publication -> publication.getVersion() == version)
                .toList();
        if (standing.isEmpty() || found.record().getMetadataOmitted()) {
            VersionRecord row = row(found.head().getTopic(), version);
            if (row != null) {
                return row;
            }
        }
        return found.record().toBuilder()
                .clearPublications()
                .addAllPublications(standing)
                .build();
    }

    private @Nullable VersionRecord row(String topic, long version) {
        try {
            return log.version(topic, version, Read.LOCAL);
        } catch (ServiceException e) {
            LOG.debug("{} version {} is answered from memory", topic, version, e);
            return null;
        }
    }

    private static ServiceException deleted(TopicHead head) {
        return ServiceException.of(
                ErrorCode.TOPIC_NOT_FOUND,
                "topic " + head.getTopic() + " was deleted by "
                        + head.getDeletion().getBy() + ": " + head.getDeletion().getReason());
    }

    private static ServiceException nothing(TopicHead head, Consumer consumer) {
        if (head.getPublicationsCount() == 0) {
            return ServiceException.of(
                    ErrorCode.VERSION_NOT_FOUND,
                    "no version of " + head.getTopic() + " is published"
                            + (TopicView.newestVersion(head) == 0 ? ": it has none yet" : " to anybody now"));
        }
        List<String> scopes = head.getPublicationsList().stream()
                .map(publication -> Scopes.format(publication.getScope())
                        + (publication.hasShare() ? " (a share of the instances)" : ""))
                .distinct()
                .toList();
        int rest = scopes.size() - MOST_SCOPES_TOLD;
        return ServiceException.of(
                ErrorCode.VERSION_NOT_FOUND,
                "no version of " + head.getTopic() + " is published for " + Consumers.described(consumer)
                        + ", only for "
                        + scopes.stream().limit(MOST_SCOPES_TOLD).collect(Collectors.joining("; "))
                        + (rest > 0 ? " and " + rest + " more" : ""));
    }
}
