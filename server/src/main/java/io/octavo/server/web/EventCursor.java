package io.octavo.server.web;

import io.octavo.protocol.TopicEvent;
import io.octavo.server.topic.ReadableLog;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Goes through the events of one topic, newest first, as far as they are asked for. For one thread at a time. */
final class EventCursor {
    /** Many topics are opened of which little is wanted; of few, a lot. */
    private static final int FIRST_CHUNK = 20;

    private static final int CHUNK = 100;

    private final ReadableLog log;
    private final String topic;
    private final long sinceMillis;
    private final ArrayDeque<TopicEvent> read = new ArrayDeque<>();
    private int chunk = FIRST_CHUNK;
    private long below = Long.MAX_VALUE;
    private boolean ended;

    private EventCursor(ReadableLog log, String topic, long sinceMillis) {
        this.log = log;
        this.topic = topic;
        this.sinceMillis = sinceMillis;
    }

    /**
     * Opens a topic; reads from the log.
     *
     * @param sinceMillis older events are left out
     * @param after       events up to this position are left out too; null = none
     */
    static EventCursor open(ReadableLog log, String topic, long sinceMillis, @Nullable EventPosition after) {
        EventCursor cursor = new EventCursor(log, topic, sinceMillis);
        if (after != null && after.topic().equals(topic)) {
            cursor.below = after.revision();
        }
        cursor.readMore();
        if (after != null) {
            cursor.skipTo(after);
        }
        return cursor;
    }

    /** All events of a topic below a revision; reads from the log. */
    static EventCursor below(ReadableLog log, String topic, long below) {
        EventCursor cursor = new EventCursor(log, topic, 0);
        cursor.below = below;
        cursor.readMore();
        return cursor;
    }

    String topic() {
        return topic;
    }

    /** The next event; null if there is no more. */
    @Nullable
    TopicEvent peek() {
        return read.peek();
    }

    /** Where the next event stands; there must be one. */
    EventPosition position() {
        return EventPosition.of(topic, read.element());
    }

    /** Goes past the next event; may read from the log. */
    void advance() {
        read.remove();
        if (read.isEmpty()) {
            readMore();
        }
    }

    private void readMore() {
        if (ended) {
            return;
        }
        List<TopicEvent> events = log.eventsBelow(topic, below, chunk);
        ended = events.size() < chunk;
        chunk = CHUNK;
        for (TopicEvent event : events) {
            below = event.getRevision();
            if (event.getAtMs() < sinceMillis) {
                ended = true;
                return;
            }
            // Nobody asks for the delta, and it is the most of an event.
            read.add(event.toBuilder().clearDelta().build());
        }
    }

    private void skipTo(EventPosition after) {
        dropUpTo(after);
        if (read.isEmpty() && !ended) {
            below = newestAfter(after) + 1;
            readMore();
            dropUpTo(after);
        }
    }

    private void dropUpTo(EventPosition after) {
        while (!read.isEmpty() && !position().isAfter(after)) {
            read.remove();
        }
    }

    /** The highest revision whose event comes after a position, by halves; 0 = none. */
    private long newestAfter(EventPosition after) {
        long low = 0;
        long high = below - 1;
        while (low < high) {
            long middle = low + (high - low + 1) / 2;
            List<TopicEvent> event = log.eventsBelow(topic, middle + 1, 1);
            if (event.isEmpty() || EventPosition.of(topic, event.get(0)).isAfter(after)) {
                low = middle;
            } else {
                high = event.get(0).getRevision() - 1;
            }
        }
        return low;
    }
}
