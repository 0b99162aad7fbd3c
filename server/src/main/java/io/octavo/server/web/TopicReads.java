package io.octavo.server.web;

import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Gone;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.TopicLog.Read;
import org.jspecify.annotations.Nullable;

/** Reads topics and versions for answers: a local read will do, but "not there" is said of a serial one only. */
final class TopicReads {
    private final ReadableLog log;

    TopicReads(ReadableLog log) {
        this.log = log;
    }

    /** The head, null if the name was never used. */
    @Nullable
    TopicHead find(String topic) {
        TopicNames.check(topic);
        TopicHead head = log.head(topic, Read.LOCAL);
        return head != null ? head : log.head(topic, Read.SERIAL);
    }

    /** The head of a topic that is there, or was before it was deleted. */
    TopicHead require(String topic) {
        TopicHead head = find(topic);
        if (head == null) {
            throw unknown(topic);
        }
        return head;
    }

    /** The record of a version, with all its publications. */
    VersionRecord requireVersion(TopicHead head, long number) {
        VersionRecord record = number > head.getBaseVersion() ? version(head.getTopic(), number) : null;
        if (record == null && number > head.getBaseVersion() && number <= head.getNewestVersion()) {
            throw Gone.record(head.getTopic(), number);
        }
        if (record == null) {
            long newest = TopicView.newestVersion(head);
            throw ServiceException.of(
                    ErrorCode.VERSION_NOT_FOUND,
                    "no version " + number + " of " + head.getTopic() + " (expected: "
                            + (newest == 0 ? "nothing, it has none yet" : (head.getBaseVersion() + 1) + " to " + newest)
                            + ")");
        }
        return record;
    }

    static ServiceException unknown(String topic) {
        return ServiceException.of(ErrorCode.TOPIC_NOT_FOUND, "no topic " + topic);
    }

    /** A version's number from a path. */
    static long number(String text) {
        return Query.wholeNumber("version", text, "the number of a version");
    }

    private @Nullable VersionRecord version(String topic, long number) {
        VersionRecord record = log.version(topic, number, Read.LOCAL);
        return record != null ? record : log.version(topic, number, Read.SERIAL);
    }
}
