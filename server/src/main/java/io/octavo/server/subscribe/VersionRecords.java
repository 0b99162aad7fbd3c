package io.octavo.server.subscribe;

import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Gone;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.TopicLog;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Explicit reads of one version by its number, also a staged or quarantined one. They ask the log, and block. */
final class VersionRecords {
    private static final int LISTED = 100;
    private static final int MOST_LISTED = 1_000;

    private final ReadableLog log;
    private final HeadCache cache;

    VersionRecords(ReadableLog log, HeadCache cache) {
        this.log = log;
        this.cache = cache;
    }

    /** The complete record. */
    VersionRecord complete(String topic, long version) {
        check(topic, version);
        VersionRecord record = log.version(topic, version, TopicLog.Read.LOCAL);
        if (record == null) {
            // "Not found" is only said by a read that sees every commit.
            record = log.version(topic, version, TopicLog.Read.SERIAL);
        }
        if (record == null) {
            throw notFound(topic, version);
        }
        return record;
    }

    /** The topic's head as it stands; a moment old at most. */
    TopicHead standing(String topic) {
        TopicHead head = head(topic);
        if (head == null) {
            throw unknown(topic);
        }
        return head;
    }

    /** The record as far as its payload goes: from memory if the head names the version. */
    VersionRecord withPayload(String topic, long version) {
        check(topic, version);
        CachedTopic cached = cache.get(topic);
        VersionRecord named = cached == null ? null : cached.version(version);
        VersionRecord record = named == null ? complete(topic, version) : named;
        if (record.hasDeletion()) {
            throw Gone.version(topic, record);
        }
        if (isOfAnEarlierLife(cached, version)) {
            throw ServiceException.of(
                    ErrorCode.GONE,
                    "payload of " + topic + " version " + version + " was removed; only its record is left");
        }
        return record;
    }

    /**
     * A topic's versions, newest first.
     *
     * @param below 0 = from the newest on
     * @param limit 0 = the default
     */
    List<VersionRecord> page(String topic, long below, int limit) {
        TopicNames.check(topic);
        if (below < 0) {
            throw new InvalidField("below", below, "a version's number, or 0");
        }
        if (limit < 0 || limit > MOST_LISTED) {
            throw new InvalidField("limit", limit, "1…" + MOST_LISTED + ", or 0 for " + LISTED);
        }
        TopicHead head = standing(topic);
        return log
                .versionsBelow(
                        topic, below == 0 ? Long.MAX_VALUE : below, limit == 0 ? LISTED : limit, TopicLog.Read.LOCAL)
                .stream()
                .filter(record -> record.getVersion() > head.getBaseVersion())
                .toList();
    }

    private @Nullable TopicHead head(String topic) {
        CachedTopic cached = cache.get(topic);
        if (cached != null) {
            return cached.head();
        }
        TopicHead head = log.head(topic, TopicLog.Read.LOCAL);
        return head != null ? head : log.head(topic, TopicLog.Read.SERIAL);
    }

    private ServiceException notFound(String topic, long version) {
        TopicHead head = head(topic);
        if (head != null && version > head.getBaseVersion() && version <= head.getNewestVersion()) {
            return Gone.record(topic, version);
        }
        return head == null
                ? unknown(topic)
                : ServiceException.of(
                        ErrorCode.VERSION_NOT_FOUND,
                        "version: " + version + " (expected: a number that " + topic + " has)");
    }

    private static ServiceException unknown(String topic) {
        return ServiceException.of(ErrorCode.TOPIC_NOT_FOUND, "topic: " + topic + " (expected: a topic that exists)");
    }

    private static boolean isOfAnEarlierLife(@Nullable CachedTopic cached, long version) {
        return cached != null && version <= cached.head().getBaseVersion();
    }

    private static void check(String topic, long version) {
        TopicNames.check(topic);
        if (version < 1) {
            throw new InvalidField("version", version, "1 or more");
        }
    }
}
