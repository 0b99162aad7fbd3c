package io.octavo.server.topic;

import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.TopicLog.Read;
import org.jspecify.annotations.Nullable;

/** What requests made whose keys come again. Safe for use by several threads. */
final class EarlierRequests {
    private final TopicLog log;

    EarlierRequests(TopicLog log) {
        this.log = log;
    }

    /**
     * What a request made.
     *
     * @param known the head that stands; null = it is read
     */
    Committed replay(String topic, RequestRecord request, @Nullable TopicHead known) {
        TopicHead head = known != null ? known : log.head(topic, Read.SERIAL);
        if (head == null) {
            throw new IllegalStateException("a request row without a head: " + topic);
        }
        VersionRecord version = version(topic, request.getVersion());
        TopicHistory.Step past = new TopicHistory(log).step(head, request.getRevision());
        return past == null
                ? new Committed(head, request.getRevision(), version, Effect.REPLAYED, null)
                : new Committed(past.after(), request.getRevision(), version, Effect.REPLAYED, past.before());
    }

    /**
     * The earlier request.
     *
     * @throws ServiceException IDEMPOTENCY_KEY_REUSED if it asked for something else
     */
    static RequestRecord same(String topic, RequestRecord earlier, RequestRecord request) {
        if (!earlier.getKey().equals(request.getKey())
                || !earlier.getFingerprint().equals(request.getFingerprint())) {
            throw ServiceException.of(
                    ErrorCode.IDEMPOTENCY_KEY_REUSED,
                    "Idempotency-Key: " + request.getKey() + " (expected: a key that was not used for anything"
                            + " else on " + topic + " in the last seven days)");
        }
        return earlier;
    }

    /** The row of a version as it stands; null for the number 0. */
    @Nullable
    VersionRecord version(String topic, long number) {
        return number == 0 ? null : log.version(topic, number, Read.SERIAL);
    }
}
