package io.octavo.server.web;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Publication;
import io.octavo.protocol.Scope;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Heads;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.PayloadOutlet;
import io.octavo.server.security.Right;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.web.VersionView.Reason;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** What a consumer is to run, and its bytes. */
@Controller
final class LatestController {
    private static final Logger LOG = LoggerFactory.getLogger(LatestController.class);
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private final Latest latest;
    private final TopicLog log;
    private final PayloadAnswer payload;

    LatestController(Latest latest, TopicLog log, PayloadOutlet outlet) {
        this.latest = latest;
        this.log = log;
        this.payload = new PayloadAnswer(outlet);
    }

    /** What was found for a consumer. */
    private record Found(TopicHead head, Resolution resolution, VersionRecord record) {}

    @GetMapping(Addresses.LATEST)
    @Needs(value = Right.READ, asApp = true)
    ResponseEntity<?> get(HttpServletRequest request, @PathVariable String topic) {
        Found found = find(request, topic);
        String etag = Headers.etag(found.head().getRevision());
        if (Headers.noneMatchHas(request, etag)) {
            return Answers.notModified(etag);
        }
        VersionRecord record = complete(found);
        Reason reason = Reason.of(found.resolution());
        return Answers.ok()
                .header("ETag", etag)
                .header(Headers.VERSION, Long.toString(record.getVersion()))
                .body(VersionView.of(found.head(), record, reason));
    }

    @GetMapping(Addresses.LATEST + "/payload")
    @Needs(value = Right.READ, asApp = true)
    void payload(HttpServletRequest request, HttpServletResponse response, @PathVariable String topic)
            throws IOException {
        payload.write(request, response, topic, find(request, topic).record());
    }

    private Found find(HttpServletRequest request, String topic) {
        Consumer consumer = consumer(Query.of(request, "region", "app", "cluster", "instance"));
        TopicHead head = latest.head(TopicNames.check(topic));
        if (head == null || head.hasDeletion()) {
            throw TopicReads.unknown(topic);
        }
        Resolution resolution = Resolution.of(head, consumer);
        if (resolution.version() == 0) {
            throw nothing(head, consumer);
        }
        VersionRecord record = Heads.record(head, resolution.version());
        if (record == null) {
            throw new IllegalStateException("the head of " + topic + " at revision " + head.getRevision()
                    + " names version " + resolution.version() + " and has no record of it");
        }
        return new Found(head, resolution, record);
    }

    /**
     * The record with its publications: from the head where that tells them, so that nothing is asked of the log; else
     * from the log, and if that can't answer, as far as the head knows.
     */
    private VersionRecord complete(Found found) {
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

    private static ServiceException nothing(TopicHead head, Consumer consumer) {
        if (head.getPublicationsCount() == 0) {
            return ServiceException.of(
                    ErrorCode.VERSION_NOT_FOUND,
                    "no version of " + head.getTopic() + " is published"
                            + (TopicView.newestVersion(head) == 0 ? ": it has none yet" : " to anybody now"));
        }
        String scopes = head.getPublicationsList().stream()
                .map(publication -> Scopes.format(publication.getScope())
                        + (publication.hasShare() ? " (a share of the instances)" : ""))
                .distinct()
                .collect(Collectors.joining("; "));
        return ServiceException.of(
                ErrorCode.VERSION_NOT_FOUND,
                "no version of " + head.getTopic() + " is published for " + described(consumer) + ", only for "
                        + scopes);
    }

    private static String described(Consumer consumer) {
        String scope = Scopes.format(Scope.newBuilder()
                .setRegion(consumer.getRegion())
                .setApp(consumer.getApp())
                .setCluster(consumer.getCluster())
                .build());
        return scope.equals("*") ? "a consumer without region, app and cluster" : scope;
    }

    private static Consumer consumer(Query query) {
        return Consumer.newBuilder()
                .setRegion(value(query, "region"))
                .setApp(value(query, "app"))
                .setCluster(value(query, "cluster"))
                .setInstance(value(query, "instance"))
                .build();
    }

    private static String value(Query query, String name) {
        String text = query.text(name);
        if (text == null) {
            return "";
        }
        if (!VALUE.matcher(text).matches()) {
            throw new InvalidField(name, text, "1 to 128 letters, digits, dots, underscores and dashes");
        }
        return text;
    }
}
