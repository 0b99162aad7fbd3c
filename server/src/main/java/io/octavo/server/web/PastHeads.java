package io.octavo.server.web;

import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.reads.FreshHeads;
import io.octavo.server.reads.Freshness;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.TopicHistory;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Heads as consumers were given them: the one that stands, or stood at an instant. */
final class PastHeads {
    private final Latest latest;
    private final FreshHeads fresh;
    private final TopicHistory history;
    private final InstantSource clock;

    PastHeads(Latest latest, FreshHeads fresh, ReadableLog log, InstantSource clock) {
        this.latest = latest;
        this.fresh = fresh;
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

    /**
     * Reads the parameter {@code at}, and the head of that time; or {@code strict} and {@code minRevision}, and a head
     * that is as new. Then the request's own thread waits, as it does for all else that the log is asked for; only so
     * many at once may.
     */
    Moment moment(String topic, Query query) {
        Instant at = Instants.past(query, "at", clock.instant());
        Freshness wanted = freshness(query, at);
        TopicNames.check(topic);
        TopicHead now = wanted.isAny() ? latest.head(topic) : fresh.await(topic, wanted);
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

    private static Freshness freshness(Query query, @Nullable Instant at) {
        boolean strict = query.flag("strict");
        String revision = query.text("minRevision");
        String expected = "a revision: 1 or more";
        long minRevision = revision == null ? 0 : Query.wholeNumber("minRevision", revision, expected);
        if (revision != null && minRevision == 0) {
            throw new InvalidField("minRevision", revision, expected);
        }
        if (at != null && (strict || revision != null)) {
            throw new InvalidField(
                    strict ? "strict" : "minRevision",
                    strict ? "true" : minRevision,
                    "not together with at: the past is what it was");
        }
        return new Freshness(minRevision, strict);
    }
}
