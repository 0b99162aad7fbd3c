package io.octavo.server.subscribe;

import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.TopicLog;
import org.jspecify.annotations.Nullable;

/** Explicit reads of one version by its number, also a staged or quarantined one. They ask the log, and block. */
final class VersionRecords {
    private final TopicLog log;
    private final HeadCache cache;

    VersionRecords(TopicLog log, HeadCache cache) {
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

    /** The record as far as its payload goes: from memory if the head names the version. */
    VersionRecord withPayload(String topic, long version) {
        check(topic, version);
        CachedTopic cached = cache.get(topic);
        VersionRecord named = cached == null ? null : cached.version(version);
        VersionRecord record = named == null ? complete(topic, version) : named;
        if (record.hasDeletion() || isOfAnEarlierLife(cached, version)) {
            throw ServiceException.of(
                    ErrorCode.GONE,
                    "payload of " + topic + " version " + version + " was removed; only its record is left");
        }
        return record;
    }

    private ServiceException notFound(String topic, long version) {
        boolean known = cache.get(topic) != null || log.head(topic, TopicLog.Read.LOCAL) != null;
        return known
                ? ServiceException.of(
                        ErrorCode.VERSION_NOT_FOUND,
                        "version: " + version + " (expected: a number that " + topic + " has)")
                : ServiceException.of(
                        ErrorCode.TOPIC_NOT_FOUND, "topic: " + topic + " (expected: a topic that exists)");
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
