package io.octavo.server.subscribe;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.GetLatestResponse;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Heads;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.reads.FreshHeads;
import io.octavo.server.reads.Freshness;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code GetLatest}: at once from memory, or, where that must not be old, when the log was read. Who waits for
 * that holds no thread; who asks for the past does. Safe for use by many threads.
 */
final class LatestAnswers {
    private static final Duration NO_DEADLINE = Duration.ofDays(1);

    private final LatestVersions latest;
    private final FreshHeads fresh;
    private final PastVersions past;

    LatestAnswers(LatestVersions latest, FreshHeads fresh, PastVersions past) {
        this.latest = latest;
        this.fresh = fresh;
        this.past = past;
    }

    void answer(GetLatestRequest request, StreamObserver<GetLatestResponse> caller) {
        Freshness wanted = freshness(request);
        if (request.getAtMs() != 0) {
            caller.onNext(past.answer(request));
            caller.onCompleted();
            return;
        }
        if (wanted.isAny()) {
            Latest found = latest.of(request.getTopic(), request.getConsumer(), request.getIgnorePins());
            caller.onNext(response(request, found));
            caller.onCompleted();
            return;
        }
        LatestVersions.check(request.getTopic(), request.getConsumer());
        CompletableFuture<@Nullable TopicHead> head = fresh.of(request.getTopic(), wanted, timeLeft());
        ((ServerCallStreamObserver<GetLatestResponse>) caller).setOnCancelHandler(() -> head.cancel(false));
        var unused = head.whenComplete((found, failure) -> {
            if (failure == null) {
                answer(request, found, caller);
            } else if (!head.isCancelled()) {
                caller.onError(failure);
            }
        });
    }

    private void answer(GetLatestRequest request, @Nullable TopicHead head, StreamObserver<GetLatestResponse> caller) {
        GetLatestResponse response;
        try {
            response = response(request, latest.of(head, request.getConsumer(), request.getIgnorePins()));
        } catch (RuntimeException e) {
            caller.onError(e);
            return;
        }
        caller.onNext(response);
        caller.onCompleted();
    }

    private static GetLatestResponse response(GetLatestRequest request, Latest found) {
        GetLatestResponse.Builder answer = GetLatestResponse.newBuilder();
        if (found instanceof Latest.Found version) {
            answer.setHead(narrow(version.head(), request))
                    .setVersion(version.resolution().version())
                    .setRecord(version.record())
                    .setPinned(version.resolution().pinned())
                    .setHeldBack(version.heldBack());
            if (version.resolution().scope() != null) {
                answer.setScope(version.resolution().scope());
            }
        } else if (found instanceof Latest.AllHeldBack none) {
            answer.setHead(narrow(none.head(), request)).setHeldBack(none.heldBack());
        } else if (found instanceof Latest.NeverPublished nobody) {
            answer.setHead(narrow(nobody.head(), request));
        } else if (found instanceof Latest.PublishedToOthers others) {
            answer.setHead(narrow(others.head(), request));
        } else {
            throw ServiceException.of(
                    ErrorCode.TOPIC_NOT_FOUND, "topic: " + request.getTopic() + " (expected: a topic that exists)");
        }
        return answer.build();
    }

    private static Freshness freshness(GetLatestRequest request) {
        if (request.getMinRevision() < 0) {
            throw new InvalidField("min_revision", request.getMinRevision(), "0 or more");
        }
        if (request.getAtMs() != 0 && (request.getStrict() || request.getMinRevision() > 0)) {
            throw new InvalidField(
                    "at_ms", request.getAtMs(), "none beside strict or min_revision: the past is what it was");
        }
        return new Freshness(request.getMinRevision(), request.getStrict());
    }

    private static Duration timeLeft() {
        Deadline deadline = Context.current().getDeadline();
        return deadline == null
                ? NO_DEADLINE
                : Duration.ofNanos(Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS)));
    }

    private static TopicHead narrow(TopicHead head, GetLatestRequest request) {
        return Heads.narrow(head, request.getConsumer());
    }
}
