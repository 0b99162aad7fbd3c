package io.octavo.server.topic;

import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What topics were at an instant: their heads, taken back event by event from the newest. Calls block, with the time-out
 * of the log; safe for use by several threads.
 */
public final class TopicHistory {
    /** How many events one call takes back at most. */
    public static final int MOST_EVENTS = 10_000;

    /** How many changes are taken back for a repetition, which comes soon after. */
    private static final int MOST_STEPS = 200;

    private static final int CHUNK = 100;

    private final ReadableLog log;

    public TopicHistory(ReadableLog log) {
        this.log = log;
    }

    /**
     * The head as it stood at an instant, with all that happened in that millisecond. The records of its versions are
     * left out: rows of their own have them.
     *
     * @param head the topic's head now
     * @return null if the name was not used yet
     * @throws ServiceException GONE if the audit trail does not reach back so far; its text says how far it does
     * @throws InvalidField if more than {@link #MOST_EVENTS} events lie in between
     */
    public @Nullable TopicHead at(TopicHead head, Instant instant) {
        long millis = instant.toEpochMilli();
        if (millis < head.getHorizon().getAtMs()) {
            throw Gone.history(head);
        }
        TopicHead past = head.toBuilder().clearVersions().build();
        long oldest = past.getLastEventMs();
        int taken = 0;
        while (past.getRevision() > 0 && past.getLastEventMs() > millis) {
            List<TopicEvent> events = log.eventsBelow(head.getTopic(), past.getRevision() + 1, CHUNK);
            for (TopicEvent event : events) {
                if (past.getLastEventMs() <= millis) {
                    break;
                }
                if (event.getRevision() != past.getRevision()) {
                    throw gone(head.getTopic(), oldest);
                }
                oldest = event.getAtMs();
                past = HeadDeltas.undo(past, event.getDelta());
                taken++;
            }
            if (events.isEmpty()) {
                throw gone(head.getTopic(), oldest);
            }
            if (taken >= MOST_EVENTS && past.getRevision() > 0 && past.getLastEventMs() > millis) {
                throw new InvalidField(
                        "at",
                        instant,
                        "a time from " + Instant.ofEpochMilli(past.getLastEventMs()) + " on: not more than "
                                + MOST_EVENTS + " events back");
            }
        }
        return past.getRevision() == 0 ? null : past;
    }

    /**
     * The heads around a change, but for the records of their versions.
     *
     * @param before the one that the change replaced
     * @param after  the one that it made
     */
    record Step(TopicHead before, TopicHead after) {}

    /** The change that made a revision; null if too much has happened since, or its event is gone. */
    @Nullable
    Step step(TopicHead head, long revision) {
        long count = head.getRevision() - revision + 1;
        if (count < 1 || count > MOST_STEPS) {
            return null;
        }
        TopicHead after = head;
        TopicHead before = head.toBuilder().clearVersions().build();
        List<TopicEvent> events = log.eventsBelow(head.getTopic(), head.getRevision() + 1, (int) count);
        for (TopicEvent event : events) {
            if (event.getRevision() != before.getRevision()) {
                return null;
            }
            after = before;
            before = HeadDeltas.undo(after, event.getDelta());
        }
        return events.size() == count ? new Step(before, after) : null;
    }

    private static ServiceException gone(String topic, long oldest) {
        return ServiceException.of(
                ErrorCode.GONE,
                "what " + topic + " was before " + Instant.ofEpochMilli(oldest)
                        + " is gone: its audit trail reaches back to then");
    }
}
