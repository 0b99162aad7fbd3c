package io.octavo.server.web;

import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.TopicHistory;
import io.octavo.server.topic.TopicLog;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Heads as consumers were given them: the one that stands, or stood at an instant. */
final class PastHeads {
    private final Latest latest;
    private final TopicHistory history;
    private final InstantSource clock;

    PastHeads(Latest latest, TopicLog log, InstantSource clock) {
        this.latest = latest;
        this.history = new TopicHistory(log);
        this.clock = clock;
    }

    /**
     * A head.
     *
     * @param now  the one that stands
     * @param then the one that is asked for
     * @param at   the instant that is asked for; null = now
     */
    record Moment(TopicHead now, TopicHead then, @Nullable Instant at) {}

    /** Reads the parameter {@code at}, and the head of that time. */
    Moment moment(String topic, Query query) {
        Instant at = Instants.past(query, "at", clock.instant());
        TopicHead now = latest.head(TopicNames.check(topic));
        if (now == null) {
            throw TopicReads.unknown(topic);
        }
        if (at == null) {
            return new Moment(now, now, null);
        }
        TopicHead then = history.at(now, at);
        if (then == null) {
            throw ServiceException.of(
                    ErrorCode.TOPIC_NOT_FOUND, "no topic " + topic + " at " + at + ": it came into being later");
        }
        return new Moment(now, then, at);
    }
}
