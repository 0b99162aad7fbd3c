package io.octavo.test;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.GetLatestResponse;
import io.octavo.protocol.ListVersionsRequest;
import io.octavo.protocol.ListVersionsResponse;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import io.octavo.protocol.Validation;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Heads;
import io.octavo.rules.Resolution;
import io.octavo.rules.Scopes;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.PayloadIntake.Announced;
import io.octavo.server.publish.PayloadIntake.Stored;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicHistory;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Topics in memory, changed by the server's own commands, and what the service says of them. No threads; safe for use by
 * several.
 */
final class MemoryTopics {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int PAGE = 100;

    private final InMemoryTopicLog log;
    private final MemoryBytes bytes = new MemoryBytes();
    private final TopicCommits commits;

    MemoryTopics(InstantSource clock) {
        log = new InMemoryTopicLog(clock);
        commits = new TopicCommits(
                log, () -> {}, head -> {}, clock, BoundedPatience.within(PATIENCE), new SimpleMeterRegistry());
    }

    MemoryCommands commands() {
        return new MemoryCommands(log, bytes, commits);
    }

    Committed publish(PublishHeader header, ByteString payload) {
        Stored stored = bytes.store(
                header.getTopic(),
                payload.newInput(),
                new Announced((long) payload.size(), header.getSha256(), header.getContentType()));
        boolean saysScope = header.getStage() || header.getScopesCount() > 0;
        PublishVersion command = new PublishVersion(
                List.of(stored.part()),
                header.getMetadataMap(),
                saysScope ? header.getScopesList() : List.of(Scopes.GLOBAL),
                header.hasExpectedVersion() ? header.getExpectedVersion() : null,
                header.getIfChanged(),
                header.getHold().isEmpty() ? null : header.getHold(),
                0,
                header.getReason(),
                saysScope,
                Validation.getDefaultInstance());
        String key = header.getIdempotencyKey();
        Committed done = commits.commit(header.getTopic(), command, Operator.WHO, key.isEmpty() ? null : key);
        if (done.effect() != Effect.DONE) {
            bytes.discard(stored);
        }
        return done;
    }

    /** The newest revision; 0 = the topic was never there. */
    long revision(String topic) {
        return head(topic).getRevision();
    }

    /** What a consumer is to run; 0 = nothing. */
    long resolved(String topic, Consumer consumer) {
        return Resolution.of(head(topic), consumer).version();
    }

    /** Whether a process that says this of a topic would act on how it is now: as nodes decide how long to hold a poll. */
    boolean isUrgent(TopicState state, Consumer consumer) {
        TopicHead head = head(state.getTopic());
        long version = Resolution.of(head, consumer).version();
        if (state.getState() == RunState.OVERRIDDEN || head.getRevision() == 0) {
            return false;
        }
        if (isNews(head, state)) {
            return version != state.getVersion() || state.getRevision() == 0;
        }
        boolean isBusy = state.getState() == RunState.FETCHING
                || (state.getState() == RunState.FAILED && (state.getWanted() == 0 || state.getWanted() == version));
        return !isBusy && version != 0 && version != state.getVersion();
    }

    /**
     * What a process is told that says this of a topic; null if that is nothing.
     *
     * @param along whether the bytes come along
     */
    @Nullable
    Offer offer(TopicState state, Consumer consumer, boolean along) {
        TopicHead head = head(state.getTopic());
        long version = Resolution.of(head, consumer).version();
        if (head.getRevision() == 0 || !(isNews(head, state) || version != state.getVersion())) {
            return null;
        }
        Offer.Builder offer = Offer.newBuilder()
                .setTopic(state.getTopic())
                .setEpoch(head.getEpoch())
                .setRevision(head.getRevision())
                .setVersion(version)
                .setHead(Heads.narrow(head, consumer));
        if (along && version != 0 && version != state.getVersion()) {
            offer.setPayload(payload(state.getTopic(), version)).setHasPayload(true);
        }
        return offer.build();
    }

    VersionRecord version(String topic, long number) {
        VersionRecord record = log.version(topic, number, Read.SERIAL);
        if (record == null) {
            throw ServiceException.of(
                    ErrorCode.VERSION_NOT_FOUND, "version of " + topic + ": " + number + " (expected: one there is)");
        }
        return record;
    }

    ByteString payload(String topic, long version) {
        return bytes.direct(version(topic, version).getParts(0));
    }

    ListVersionsResponse list(ListVersionsRequest request) {
        long below = request.getBelow() == 0 ? Long.MAX_VALUE : request.getBelow();
        int limit = request.getLimit() == 0 ? PAGE : request.getLimit();
        List<VersionRecord> found = log.versionsBelow(request.getTopic(), below, limit, Read.SERIAL);
        return ListVersionsResponse.newBuilder()
                .addAllRecords(found)
                .setNextBelow(found.size() < limit ? 0 : found.get(limit - 1).getVersion())
                .build();
    }

    GetLatestResponse latest(GetLatestRequest request) {
        TopicHead now = head(request.getTopic());
        TopicHead head =
                request.getAtMs() == 0 ? now : new TopicHistory(log).at(now, Instant.ofEpochMilli(request.getAtMs()));
        if (head == null || head.getRevision() == 0 || head.hasDeletion()) {
            throw ServiceException.of(
                    ErrorCode.TOPIC_NOT_FOUND, "topic: " + request.getTopic() + " (expected: a topic that exists)");
        }
        Resolution resolution = request.getIgnorePins()
                ? Resolution.ignoringPins(head, request.getConsumer())
                : Resolution.of(head, request.getConsumer());
        GetLatestResponse.Builder answer = GetLatestResponse.newBuilder()
                .setHead(Heads.narrow(head, request.getConsumer()))
                .setVersion(resolution.version())
                .setPinned(resolution.pinned());
        if (resolution.version() != 0) {
            answer.setRecord(version(request.getTopic(), resolution.version()));
        }
        return answer.build();
    }

    private static boolean isNews(TopicHead head, TopicState state) {
        return Heads.compare(head.getEpoch(), head.getRevision(), state.getEpoch(), state.getRevision()) > 0;
    }

    private TopicHead head(String topic) {
        TopicHead head = log.head(topic, Read.SERIAL);
        return head == null ? TopicHead.newBuilder().setTopic(topic).build() : head;
    }
}
