package io.octavo.test;

import com.google.protobuf.ByteString;
import io.octavo.client.SteppedClients;
import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.GetUptakeRequest;
import io.octavo.protocol.GetUptakeResponse;
import io.octavo.protocol.GetVersionRequest;
import io.octavo.protocol.GetVersionResponse;
import io.octavo.protocol.ListVersionsRequest;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishRequest;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.ReadPayloadRequest;
import io.octavo.protocol.ReadPayloadResponse;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicState;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.RequestIds;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.Committed.Effect;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What clients call: answered at once by the thread that calls, but for polls, which wait for news. */
final class MemoryCalls implements SteppedClients.Service {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private record Held(PollRequest request, CompletableFuture<PollResponse> answer) {}

    private final GrpcErrors errors = new GrpcErrors(RequestIds::current);
    private final MemoryTopics topics;
    private final List<Held> polls = new ArrayList<>();
    private final List<FakeOctavo.Sent> sent = new ArrayList<>();
    private final Map<String, Queue<String>> failures = new HashMap<>();
    private boolean away;

    MemoryCalls(InstantSource clock) {
        topics = new MemoryTopics(clock);
    }

    /** Does what an operator would, and tells the clients. */
    void operate(Consumer<MemoryCommands> work) {
        work.accept(topics.commands());
        tell();
    }

    long publish(String topic, String scope, byte[] payload) {
        PublishHeader header = PublishHeader.newBuilder()
                .setTopic(TopicNames.check(topic))
                .addScopes(Scopes.parse(scope))
                .build();
        try {
            long version =
                    topics.publish(header, ByteString.copyFrom(payload)).head().getNewestVersion();
            tell();
            return version;
        } catch (ServiceException e) {
            throw MemoryCommands.refusal(e);
        }
    }

    synchronized List<FakeOctavo.Sent> sent() {
        return List.copyOf(sent);
    }

    synchronized void failNextLoad(String topic, String why) {
        failures.computeIfAbsent(topic, name -> new ArrayDeque<>()).add(why);
    }

    void away(boolean isAway) {
        List<Held> broken;
        synchronized (this) {
            away = isAway;
            broken = isAway ? List.copyOf(polls) : List.of();
        }
        broken.forEach(poll -> poll.answer().completeExceptionally(errors.status(gone())));
    }

    @Override
    public synchronized @Nullable Throwable refusal() {
        return away ? errors.status(gone()) : null;
    }

    @Override
    public CompletableFuture<?> call(String name, List<?> messages) {
        try {
            Object first = messages.get(0);
            return first instanceof PollRequest request
                    ? poll(request)
                    : CompletableFuture.completedFuture(answer(name, first, messages));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(errors.status(e));
        }
    }

    private Object answer(String name, Object first, List<?> messages) {
        if (first instanceof GetVersionRequest request) {
            return GetVersionResponse.newBuilder()
                    .setRecord(topics.version(request.getTopic(), request.getVersion()))
                    .build();
        } else if (first instanceof GetLatestRequest request) {
            return topics.latest(request);
        } else if (first instanceof ListVersionsRequest request) {
            return topics.list(request);
        } else if (first instanceof ReadPayloadRequest request) {
            return payload(request);
        } else if (first instanceof PublishRequest request) {
            return publish(request.getHeader(), messages);
        } else if (first instanceof GetUptakeRequest request) {
            return uptake(request);
        }
        throw ServiceException.of(
                ErrorCode.NOT_FOUND, name + ": a fake can't do that (expected: OctavoTestServer.start())");
    }

    private CompletableFuture<PollResponse> poll(PollRequest request) {
        if (request.getHoldMs() == 0) {
            return CompletableFuture.completedFuture(offers(request));
        }
        Held poll = new Held(request, new CompletableFuture<>());
        synchronized (this) {
            polls.add(poll);
        }
        var unused = poll.answer().whenComplete((answer, error) -> forget(poll));
        tell(poll);
        return poll.answer();
    }

    private synchronized void forget(Held poll) {
        polls.remove(poll);
    }

    /** Something has changed. */
    private void tell() {
        waiting().forEach(this::tell);
    }

    private synchronized List<Held> waiting() {
        return List.copyOf(polls);
    }

    private void tell(Held poll) {
        PollRequest request = poll.request();
        if (request.getTopicsList().stream().anyMatch(state -> topics.isUrgent(state, request.getConsumer()))) {
            poll.answer().complete(offers(request));
        }
    }

    private PollResponse offers(PollRequest request) {
        PollResponse.Builder answer = PollResponse.newBuilder().setHolds(true);
        for (TopicState state : request.getTopicsList()) {
            Offer offer = topics.offer(state, request.getConsumer(), !isToFail(state.getTopic()));
            if (offer != null) {
                answer.addOffers(offer);
            }
        }
        return answer.build();
    }

    private ReadPayloadResponse payload(ReadPayloadRequest request) {
        String failure = nextFailure(request.getTopic());
        if (failure != null) {
            throw ServiceException.unavailable(failure, RETRY_AFTER, null);
        }
        ByteString bytes = topics.payload(request.getTopic(), request.getVersion());
        return ReadPayloadResponse.newBuilder()
                .setChunk(bytes.substring((int) request.getOffset()))
                .build();
    }

    private PublishResponse publish(PublishHeader header, List<?> messages) {
        ByteString payload = ByteString.EMPTY;
        for (Object message : messages.subList(1, messages.size())) {
            payload = payload.concat(((PublishRequest) message).getChunk());
        }
        Committed done = topics.publish(header, payload);
        VersionRecord record = Objects.requireNonNull(done.version(), "a publish is about a version");
        if (done.effect() == Effect.DONE) {
            synchronized (this) {
                sent.add(new FakeOctavo.Sent(header, record.getVersion(), payload));
            }
            tell();
        }
        return PublishResponse.newBuilder()
                .setTopic(header.getTopic())
                .setRecord(record)
                .setRevision(done.revision())
                .setReplayed(done.effect() == Effect.REPLAYED)
                .setUnchanged(done.effect() == Effect.UNCHANGED)
                .build();
    }

    /** Clients wait with a poll that says what they have taken. */
    private GetUptakeResponse uptake(GetUptakeRequest request) {
        int instances = 0;
        int running = 0;
        int failed = 0;
        for (Held poll : waiting()) {
            for (TopicState state : poll.request().getTopicsList()) {
                if (state.getTopic().equals(request.getTopic())
                        && topics.resolved(state.getTopic(), poll.request().getConsumer()) == request.getVersion()) {
                    instances++;
                    running += state.getVersion() == request.getVersion() ? 1 : 0;
                    failed += state.getState() == RunState.FAILED ? 1 : 0;
                }
            }
        }
        return GetUptakeResponse.newBuilder()
                .setComplete(true)
                .setRevision(topics.revision(request.getTopic()))
                .setInstances(instances)
                .setRunning(running)
                .setFailed(failed)
                .build();
    }

    private synchronized boolean isToFail(String topic) {
        return failures.containsKey(topic);
    }

    private synchronized @Nullable String nextFailure(String topic) {
        Queue<String> left = failures.get(topic);
        String next = left == null ? null : left.poll();
        if (left != null && left.isEmpty()) {
            failures.remove(topic);
        }
        return next;
    }

    private static ServiceException gone() {
        return ServiceException.unavailable("the service is away, by the test", RETRY_AFTER, null);
    }
}
