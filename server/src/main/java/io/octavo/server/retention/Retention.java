package io.octavo.server.retention;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges the versions of topics by the {@link RetentionRule}: reads what the rule needs, and asks who uses them. Calls
 * block, with the time-outs of the log; safe for use by several threads.
 */
public final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    private static final int PAGE = 500;
    private static final Duration RETRY_AFTER = Duration.ofMinutes(1);

    private final ReadableLog log;
    private final RetentionPolicy defaults;
    private final LiveVersions live;
    private final ExportedVersions exports;
    private final InstantSource clock;

    /** @param defaults for what the owner of a topic has not set */
    public Retention(
            ReadableLog log,
            RetentionPolicy defaults,
            LiveVersions live,
            ExportedVersions exports,
            InstantSource clock) {
        this.log = log;
        this.defaults = defaults;
        this.live = live;
        this.exports = exports;
        this.clock = clock;
    }

    /** What is kept of a topic. */
    public RetentionPolicy policy(TopicHead head) {
        return defaults.with(head.getSettings().getRetention());
    }

    /** Asks who uses versions of a topic. */
    public Evidence evidence(String topic) {
        return new Evidence(live.of(topic), exported(topic));
    }

    /**
     * Judges all versions of a topic, the newest first.
     *
     * @param head as it was read before, with the same strictness
     * @throws ServiceException UNAVAILABLE if the audit trail doesn't tell what was run in the time of grace
     */
    public void judge(TopicHead head, Evidence evidence, Read read, Consumer<Verdict> verdicts) {
        Instant now = clock.instant();
        RetentionPolicy policy = policy(head);
        Map<Long, Instant> runUntil = runUntil(head, now.minus(policy.grace()));
        RetentionRule rule = new RetentionRule(head, policy, runUntil, evidence, now);
        long below = Long.MAX_VALUE;
        while (below > 1) {
            List<VersionRecord> rows = log.versionsBelow(head.getTopic(), below, PAGE, read);
            rows.forEach(row -> verdicts.accept(rule.of(row)));
            below = rows.size() < PAGE ? 0 : rows.get(PAGE - 1).getVersion();
        }
    }

    /**
     * When versions that no publication and no pin names any more were named last, by the events since an instant. There
     * is one event for each revision, so that it is noticed if this node doesn't see all of them yet.
     */
    private Map<Long, Instant> runUntil(TopicHead head, Instant since) {
        Map<Long, Instant> until = new HashMap<>();
        long revision = head.getRevision();
        while (revision > 0 && isWithin(head, revision, since)) {
            List<TopicEvent> events = log.eventsBelow(head.getTopic(), revision + 1, PAGE);
            for (TopicEvent event : events) {
                if (event.getRevision() != revision) {
                    throw incomplete(head, revision);
                }
                if (event.getAtMs() < since.toEpochMilli()) {
                    return until;
                }
                note(event, until);
                revision--;
            }
            if (events.isEmpty()) {
                throw incomplete(head, revision);
            }
        }
        return until;
    }

    private static boolean isWithin(TopicHead head, long revision, Instant since) {
        boolean isTrimmed = revision < head.getHorizon().getRevision();
        return !isTrimmed || head.getHorizon().getAtMs() >= since.toEpochMilli();
    }

    private static void note(TopicEvent event, Map<Long, Instant> until) {
        // What the end of a deletion takes out of the head was not run since the deletion.
        if (event.getKind() != EventKind.DELETION_FINAL) {
            Stream.concat(
                            event.getDelta().getPublicationsRemovedList().stream()
                                    .map(Publication::getVersion),
                            event.getDelta().getPinsRemovedList().stream().map(Pin::getVersion))
                    .forEach(version -> until.putIfAbsent(version, Instant.ofEpochMilli(event.getAtMs())));
        }
    }

    private @Nullable Set<Long> exported(String topic) {
        try {
            return exports.of(topic);
        } catch (ServiceException e) {
            LOG.info("nobody knows what the exported heads of {} name: {}", topic, e.getMessage());
            return null;
        }
    }

    private static ServiceException incomplete(TopicHead head, long revision) {
        return ServiceException.unavailable(
                "the audit trail of " + head.getTopic() + " lacks revision " + revision
                        + ": nobody can say what was run then",
                RETRY_AFTER,
                null);
    }
}
