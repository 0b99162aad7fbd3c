package io.octavo.server.topic;

import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The heads around a change of some time ago, but for the records of their versions.
 *
 * @param before the one that the change replaced
 * @param after  the one that it made
 */
record PastHeads(TopicHead before, TopicHead after) {
    /** How many changes are taken back at most; repetitions come soon after. */
    private static final int MOST_EVENTS = 200;

    /** Takes the changes back that happened since; null if they are too many, or their events are gone. */
    static @Nullable PastHeads of(TopicLog log, TopicHead now, long revision) {
        long count = now.getRevision() - revision + 1;
        if (count < 1 || count > MOST_EVENTS) {
            return null;
        }
        List<TopicEvent> events = log.eventsBelow(now.getTopic(), now.getRevision() + 1, (int) count);
        TopicHead after = now;
        TopicHead before = now;
        for (TopicEvent event : events) {
            if (event.getRevision() != before.getRevision()) {
                return null;
            }
            after = before;
            before = HeadDeltas.undo(after, event.getDelta());
        }
        return events.size() == count ? new PastHeads(before, after) : null;
    }
}
