package io.octavo.server.web;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.Publication;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions that a head names as taken back, newest first, each with what is known of why. Only so many are looked
 * up; if the log can't be asked, none is.
 *
 * @param sentences of those that this consumer would run, or might
 */
record PassedOver(List<Sentence> sentences) {
    private static final Logger LOG = LoggerFactory.getLogger(PassedOver.class);
    private static final int MOST = 10;

    /** What is said of a version. */
    record Sentence(long version, String text) {}

    static PassedOver of(ReadableLog log, TopicHead head, Consumer consumer) {
        List<Sentence> sentences = new ArrayList<>();
        List<Long> takenBack = head.getWithdrawnList();
        long[] newest = LongStream.range(0, Math.min(MOST, takenBack.size()))
                .map(i -> takenBack.get(takenBack.size() - 1 - (int) i))
                .toArray();
        for (long version : newest) {
            String text = text(log, head, version, consumer);
            if (text != null) {
                sentences.add(new Sentence(version, text));
            }
        }
        return new PassedOver(sentences);
    }

    private static @Nullable String text(ReadableLog log, TopicHead head, long version, Consumer consumer) {
        VersionRecord row = row(log, head.getTopic(), version);
        if (row == null) {
            return "Version " + version + " was taken back.";
        }
        if (row.hasDeletion()) {
            return "Version " + version + " is deleted: " + row.getDeletion().getReason();
        }
        boolean wouldMatch = false;
        for (Publication publication : row.getPublicationsList()) {
            boolean matches = Scopes.matches(publication.getScope(), consumer);
            if (matches && publication.hasWithdrawal() && !row.hasQuarantine()) {
                return "Version " + version + " was withdrawn from " + Scopes.format(publication.getScope()) + " by "
                        + publication.getWithdrawal().getBy() + " at "
                        + Instant.ofEpochMilli(publication.getWithdrawal().getAtMs()) + ": "
                        + said(publication.getWithdrawal().getReason());
            }
            wouldMatch |= matches;
        }
        if (!wouldMatch) {
            return null;
        }
        return row.hasQuarantine()
                ? "Version " + version + " does not count: it was quarantined by "
                        + row.getQuarantine().getBy() + " at "
                        + Instant.ofEpochMilli(row.getQuarantine().getAtMs()) + ": "
                        + said(row.getQuarantine().getReason())
                : "Version " + version + " was taken back then; it is not any more.";
    }

    static String said(String reason) {
        return reason.isEmpty() ? "no reason was given." : reason.endsWith(".") ? reason : reason + ".";
    }

    private static @Nullable VersionRecord row(ReadableLog log, String topic, long version) {
        try {
            return log.version(topic, version, Read.LOCAL);
        } catch (ServiceException e) {
            LOG.debug("{} version {} is explained from memory", topic, version, e);
            return null;
        }
    }
}
