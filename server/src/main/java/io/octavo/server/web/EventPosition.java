package io.octavo.server.web;

import io.octavo.protocol.TopicEvent;
import java.util.Comparator;

/**
 * Where an event stands among those of all topics: newest first, those of one millisecond by topic, those of one topic
 * by revision.
 */
record EventPosition(long atMillis, String topic, long revision) implements Comparable<EventPosition> {
    private static final Comparator<EventPosition> ORDER = Comparator.comparingLong(EventPosition::atMillis)
            .reversed()
            .thenComparing(EventPosition::topic)
            .thenComparing(Comparator.comparingLong(EventPosition::revision).reversed());

    static EventPosition of(String topic, TopicEvent event) {
        return new EventPosition(event.getAtMs(), topic, event.getRevision());
    }

    /** Whether the page goes on with this one, after the other. */
    boolean isAfter(EventPosition other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(EventPosition other) {
        return ORDER.compare(this, other);
    }
}
