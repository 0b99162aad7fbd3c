package io.octavo.server.web;

import static java.util.Objects.requireNonNull;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Versions that are held back because a test says so. */
final class HeldByTests implements HeldVersions {
    private final Map<String, Held> topics = new ConcurrentHashMap<>();
    private final InMemoryTopicLog log;

    HeldByTests(InMemoryTopicLog log) {
        this.log = log;
    }

    /** @param standIn 0 = nothing stands in */
    void hold(String topic, long version, long standIn) {
        topics.put(
                topic,
                new Held(
                        version,
                        Instant.EPOCH,
                        standIn == 0 ? Resolution.NOTHING : new Resolution(standIn, false, Scopes.GLOBAL),
                        standIn == 0 ? null : requireNonNull(log.version(topic, standIn, Read.LOCAL))));
    }

    @Override
    public @Nullable Held of(TopicHead head, Consumer consumer) {
        return topics.get(head.getTopic());
    }
}
