package io.octavo.server.web;

import io.octavo.protocol.TopicEvent;
import io.octavo.rules.Scopes;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that was done to a topic.
 *
 * @param version the version concerned; null = none
 * @param scopes  the scopes concerned
 * @param reason  in the words of who did it; empty if nothing was said
 */
record EventView(
        String topic,
        long revision,
        Instant at,
        String by,
        String kind,
        @Nullable Long version,
        List<String> scopes,
        String reason) {
    /**
     * A page of events, newest first.
     *
     * @param completeSince what happened before may be gone, and is not listed; absent if all that was asked for is there
     */
    record Events(
            List<EventView> events,
            @Nullable String nextPageToken,
            @Nullable Instant completeSince) {}

    static EventView of(String topic, TopicEvent event) {
        return new EventView(
                topic,
                event.getRevision(),
                Instant.ofEpochMilli(event.getAtMs()),
                event.getBy(),
                event.getKind().name(),
                event.getVersion() == 0 ? null : event.getVersion(),
                event.getScopesList().stream().map(Scopes::format).toList(),
                event.getReason());
    }
}
