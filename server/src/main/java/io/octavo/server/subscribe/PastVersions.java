package io.octavo.server.subscribe;

import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.GetLatestResponse;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Heads;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Resolution;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.TopicHistory;
import java.time.Instant;
import java.time.InstantSource;

/** What consumers were to run at an instant. Asks the log, and blocks. */
final class PastVersions {
    private final VersionRecords versions;
    private final TopicHistory history;
    private final InstantSource clock;

    PastVersions(VersionRecords versions, ReadableLog log, InstantSource clock) {
        this.versions = versions;
        this.history = new TopicHistory(log);
        this.clock = clock;
    }

    GetLatestResponse answer(GetLatestRequest request) {
        long at = request.getAtMs();
        if (at < 0 || at > clock.millis()) {
            throw new InvalidField("at_ms", at, "a time that has passed, in ms since 1970");
        }
        LatestVersions.check(request.getTopic(), request.getConsumer());
        TopicHead then = history.at(versions.standing(request.getTopic()), Instant.ofEpochMilli(at));
        if (then == null || then.hasDeletion()) {
            throw ServiceException.of(
                    ErrorCode.TOPIC_NOT_FOUND,
                    "no topic " + request.getTopic() + " at " + Instant.ofEpochMilli(at) + ": it "
                            + (then == null ? "came into being later" : "was deleted then"));
        }
        Resolution resolution = request.getIgnorePins()
                ? Resolution.ignoringPins(then, request.getConsumer())
                : Resolution.of(then, request.getConsumer());
        GetLatestResponse.Builder answer = GetLatestResponse.newBuilder()
                .setHead(Heads.narrow(then, request.getConsumer()))
                .setVersion(resolution.version())
                .setPinned(resolution.pinned());
        if (resolution.version() != 0) {
            answer.setRecord(versions.complete(request.getTopic(), resolution.version()));
        }
        if (resolution.scope() != null) {
            answer.setScope(resolution.scope());
        }
        return answer.build();
    }
}
