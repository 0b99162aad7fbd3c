package io.octavo.server.web;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.octavo.protocol.Settings;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.Validation;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A topic, as every answer that has one shows it.
 *
 * @param newestVersion the highest number given; 0 = none yet
 * @param deleted       true, or null
 * @param archivedAt    when it was archived, for nobody had used it for long; null = it is not
 * @param write         what the write did that this answers; null where it answers none
 */
record TopicView(
        String topic,
        long revision,
        long newestVersion,
        SettingsView settings,
        List<PublicationView> publications,
        List<PinView> pins,
        @Nullable Boolean deleted,
        @Nullable Instant archivedAt,
        String ui,
        @JsonUnwrapped @Nullable Written write) {

    /**
     * What the owner set.
     *
     * @param keepIdle true = the topic is kept though nobody uses it; else null
     */
    record SettingsView(
            @Nullable String description,
            @Nullable String owner,
            Map<String, String> labels,
            RetentionView retention,
            boolean requireScope,
            @Nullable ValidationView validation,
            @Nullable Boolean keepIdle) {}

    /** What a payload must be to become a version; null = anything of its kind. */
    record ValidationView(
            @Nullable Long minSize,
            @Nullable Long maxSize,
            @Nullable Integer maxSizeChange,
            @Nullable PayloadFormat format,
            @Nullable ObjectNode schema) {
        static @Nullable ValidationView of(Settings settings) {
            Validation rules = settings.getValidation();
            return rules.equals(Validation.getDefaultInstance())
                    ? null
                    : new ValidationView(
                            rules.getMinSize() == 0 ? null : (Long) rules.getMinSize(),
                            rules.getMaxSize() == 0 ? null : (Long) rules.getMaxSize(),
                            rules.getMaxSizeChange() == 0 ? null : (Integer) rules.getMaxSizeChange(),
                            PayloadFormat.of(rules.getFormat()),
                            rules.getSchema().isEmpty() ? null : (ObjectNode) Json.MAPPER.readTree(rules.getSchema()));
        }
    }

    /** How much history is kept; null = the installation's default. */
    record RetentionView(
            @Nullable Integer maxVersions, @Nullable String maxAge) {}

    /** A page of topics. */
    record Topics(List<TopicView> topics, @Nullable String nextPageToken) {}

    static TopicView of(TopicHead head) {
        return written(head, head.getRevision(), null);
    }

    /** Shows a topic as the answer to a write, done at that revision. */
    static TopicView written(TopicHead head, long revision, @Nullable Written write) {
        return new TopicView(
                head.getTopic(),
                revision,
                newestVersion(head),
                settings(head.getSettings()),
                head.getPublicationsList().stream()
                        .map(PublicationView::inTopic)
                        .toList(),
                head.getPinsList().stream().map(PinView::of).toList(),
                head.hasDeletion() ? true : null,
                archivedAt(head),
                Addresses.page(head.getTopic()),
                write);
    }

    private static @Nullable Instant archivedAt(TopicHead head) {
        long archived = head.getSettings().getIdleness().getArchivedMs();
        return archived == 0 ? null : Instant.ofEpochMilli(archived);
    }

    /** The newest version since the topic was made, or made anew; 0 = none. */
    static long newestVersion(TopicHead head) {
        return head.getNewestVersion() > head.getBaseVersion() ? head.getNewestVersion() : 0;
    }

    static SettingsView settings(Settings settings) {
        int maxVersions = settings.getRetention().getMaxVersions();
        long maxAge = settings.getRetention().getMaxAgeSeconds();
        return new SettingsView(
                settings.getDescription().isEmpty() ? null : settings.getDescription(),
                settings.getOwner().isEmpty() ? null : settings.getOwner(),
                new TreeMap<>(settings.getLabelsMap()),
                new RetentionView(maxVersions == 0 ? null : maxVersions, maxAge == 0 ? null : Ages.format(maxAge)),
                settings.getRequireScope(),
                ValidationView.of(settings),
                settings.getIdleness().getKept() ? true : null);
    }
}
