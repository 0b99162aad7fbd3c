package io.octavo.server.housekeeping;

import io.octavo.protocol.Horizon;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.server.retention.RetentionConfig;
import io.octavo.server.topic.ReadableLog;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far back a topic's history is to reach: so many events, and none that is too old. It is trimmed by a tenth at a
 * time, for each trim is an event too; and what retention itself needs stays in any case.
 */
final class HistoryTrim {
    /** Idempotency keys are known for seven days, and name revisions. */
    private static final Duration NEEDED = Duration.ofDays(8);

    private static final int PART = 10;

    private final ReadableLog log;
    private final RetentionConfig config;
    private final InstantSource clock;

    HistoryTrim(ReadableLog log, RetentionConfig config, InstantSource clock) {
        this.log = log;
        this.config = config;
        this.clock = clock;
    }

    /** Whether enough has gathered below the horizon. Reads one event at most. */
    boolean isDue(TopicHead head) {
        long oldest = Math.max(1, head.getHorizon().getRevision());
        long count = head.getRevision() - oldest + 1;
        if (count > config.maxEvents() + config.maxEvents() / PART) {
            return at(head, oldest).isBefore(clock.instant().minus(needed()));
        }
        Duration old = config.maxHistory().plus(config.maxHistory().dividedBy(PART));
        return count > PART && at(head, oldest).isBefore(clock.instant().minus(old));
    }

    /** The horizon that the topic is to have; null = nothing is to go. Its cost follows the logarithm of the events. */
    @Nullable
    Horizon horizon(TopicHead head) {
        long oldest = Math.max(1, head.getHorizon().getRevision());
        Instant now = clock.instant();
        long byAge = firstSince(head, oldest, now.minus(config.maxHistory()));
        long byCount = head.getRevision() - config.maxEvents() + 1L;
        long needed = firstSince(head, oldest, now.minus(needed()));
        long below = Math.min(Math.max(byAge, byCount), needed);
        if (below <= oldest) {
            return null;
        }
        return Horizon.newBuilder()
                .setRevision(below)
                .setAtMs(at(head, below - 1).toEpochMilli())
                .build();
    }

    /** The lowest revision that was made since an instant; the newest if none was. */
    private long firstSince(TopicHead head, long oldest, Instant since) {
        long low = oldest;
        long high = head.getRevision();
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (at(head, middle).isBefore(since)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private Instant at(TopicHead head, long revision) {
        List<TopicEvent> event = log.eventsBelow(head.getTopic(), revision + 1, 1);
        if (event.isEmpty() || event.get(0).getRevision() != revision) {
            // Not here yet, or gone already: young enough to stay.
            return clock.instant();
        }
        return Instant.ofEpochMilli(event.get(0).getAtMs());
    }

    private Duration needed() {
        Duration grace = config.grace().multipliedBy(2);
        return grace.compareTo(NEEDED) > 0 ? grace : NEEDED;
    }
}
