package io.octavo.server.web;

import io.octavo.protocol.EventKind;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.InvalidField;
import io.octavo.server.topic.ReadableLog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The events of all topics, newest first. The log keeps events by topic and has no index across topics: each head tells
 * when its topic changed last, topics are opened in that order, no earlier than their newest event is due, and merged.
 * So a page costs about as many reads as it has topics. What one page reads is bounded.
 */
final class EventTrail {
    /** A page ends after as many events were looked at, also one that has nothing on it. */
    static final int MOST_EVENTS = 5_000;
    /** Topics that are opened for a page, at most. */
    static final int MOST_TOPICS = 2_000;

    private static final int AT_ONCE = 16;

    private final ReadableLog log;
    private final Executor executor;

    /** @param executor reads several topics at a time */
    EventTrail(ReadableLog log, Executor executor) {
        this.log = log;
        this.executor = executor;
    }

    /**
     * Which events are wanted.
     *
     * @param who  part of who did it; null = anybody
     * @param kind null = any
     */
    record Wanted(
            long sinceMillis,
            @Nullable String who,
            @Nullable EventKind kind) {
        boolean includes(TopicEvent event) {
            return (who == null || event.getBy().contains(who)) && (kind == null || event.getKind() == kind);
        }
    }

    /**
     * Some events.
     *
     * @param next the position after which the trail goes on; null = there is no more
     */
    record Page(List<EventView> events, @Nullable EventPosition next) {}

    /** A topic that changed, and the position of its newest event. */
    record Changed(EventPosition newest) {
        static Changed of(TopicHead head) {
            return new Changed(new EventPosition(head.getLastEventMs(), head.getTopic(), head.getRevision()));
        }
    }

    /**
     * Reads a page.
     *
     * @param topics those with events that may be wanted
     * @param after  events up to this position are left out; null = begin with the newest
     */
    Page page(List<Changed> topics, Wanted wanted, @Nullable EventPosition after, int limit) {
        List<EventPosition> unopened = new ArrayList<>(topics.stream()
                .map(Changed::newest)
                .sorted(Comparator.reverseOrder())
                .toList());
        PriorityQueue<EventCursor> open = new PriorityQueue<>(Comparator.comparing(EventCursor::position));
        List<EventView> events = new ArrayList<>();
        EventPosition last = after;
        int opened = 0;
        for (int examined = 0; examined < MOST_EVENTS; examined++) {
            while (isDue(unopened, open, after)) {
                opened += open(unopened, open, wanted, after);
                checkOpened(opened, wanted);
            }
            EventCursor cursor = open.poll();
            TopicEvent event = cursor == null ? null : cursor.peek();
            if (cursor == null || event == null) {
                return new Page(events, null);
            }
            if (wanted.includes(event)) {
                if (events.size() == limit) {
                    return new Page(events, last);
                }
                events.add(EventView.of(cursor.topic(), event));
            }
            last = cursor.position();
            cursor.advance();
            if (cursor.peek() != null) {
                open.add(cursor);
            }
        }
        return new Page(events, last);
    }

    /** Whether the next topic may have an event that comes before all those that are known. */
    private static boolean isDue(
            List<EventPosition> unopened, PriorityQueue<EventCursor> open, @Nullable EventPosition after) {
        if (unopened.isEmpty()) {
            return false;
        }
        EventCursor first = open.peek();
        EventPosition newest = unopened.get(unopened.size() - 1);
        return first == null || newest.compareTo(first.position()) <= 0 || (after != null && !newest.isAfter(after));
    }

    private int open(
            List<EventPosition> unopened,
            PriorityQueue<EventCursor> open,
            Wanted wanted,
            @Nullable EventPosition after) {
        int from = Math.max(0, unopened.size() - AT_ONCE);
        List<EventPosition> next = unopened.subList(from, unopened.size());
        List<CompletableFuture<EventCursor>> reading = next.stream()
                .map(topic -> CompletableFuture.supplyAsync(
                        () -> EventCursor.open(log, topic.topic(), wanted.sinceMillis(), after), executor))
                .toList();
        for (CompletableFuture<EventCursor> cursor : reading) {
            EventCursor read = join(cursor);
            if (read.peek() != null) {
                open.add(read);
            }
        }
        next.clear();
        return reading.size();
    }

    private static void checkOpened(int opened, Wanted wanted) {
        if (opened > MOST_TOPICS) {
            throw new InvalidField(
                    "since",
                    Instant.ofEpochMilli(wanted.sinceMillis()),
                    "a later time, or a topic: more than " + MOST_TOPICS + " topics changed since");
        }
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
