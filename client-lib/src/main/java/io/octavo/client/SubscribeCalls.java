package io.octavo.client;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.octavo.protocol.GetVersionRequest;
import io.octavo.protocol.ListVersionsRequest;
import io.octavo.protocol.PayloadLink;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.ReadPayloadRequest;
import io.octavo.protocol.ReadPayloadResponse;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.VersionRecord;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Calls to the subscribe nodes, each with its time-out. */
final class SubscribeCalls {
    private final Endpoints nodes;
    private final Limits limits;

    SubscribeCalls(Endpoints nodes, Limits limits) {
        this.nodes = nodes;
        this.limits = limits;
    }

    /** Doesn't block. The call is given up when the answer is cancelled. */
    CompletableFuture<PollResponse> poll(PollRequest request) {
        Answer<PollRequest, PollResponse> answer = new Answer<>();
        long atMost = limits.request().toMillis() + request.getHoldMs();
        var unused = nodes.current().whenComplete((node, none) -> {
            if (node == null) {
                answer.future.completeExceptionally(none);
            } else if (!answer.future.isDone()) {
                var unusedToo = answer.future.whenComplete((response, error) -> failed(node, error));
                try {
                    SubscribeServiceGrpc.newStub(node.channel())
                            .withDeadlineAfter(atMost, TimeUnit.MILLISECONDS)
                            .poll(request, answer);
                } catch (Throwable e) {
                    answer.future.completeExceptionally(e);
                }
            }
        });
        return answer.future;
    }

    private void failed(Node node, @Nullable Throwable error) {
        if (error != null && Errors.isNodeFailure(error)) {
            nodes.failed(node);
        }
    }

    VersionRecord version(String topic, long version) throws InterruptedException {
        Node node = nodes.current(limits.request());
        try {
            return SubscribeServiceGrpc.newBlockingStub(node.channel())
                    .withDeadlineAfter(limits.request().toMillis(), TimeUnit.MILLISECONDS)
                    .getVersion(GetVersionRequest.newBuilder()
                            .setTopic(topic)
                            .setVersion(version)
                            .build())
                    .getRecord();
        } catch (StatusRuntimeException e) {
            throw nodes.failed(node, e, "read version " + version + " of " + topic);
        }
    }

    /** Versions below a number, newest first, with all their publications. */
    List<VersionRecord> below(String topic, long version, int limit) throws InterruptedException {
        Node node = nodes.current(limits.request());
        try {
            return SubscribeServiceGrpc.newBlockingStub(node.channel())
                    .withDeadlineAfter(limits.request().toMillis(), TimeUnit.MILLISECONDS)
                    .listVersions(ListVersionsRequest.newBuilder()
                            .setTopic(topic)
                            .setBelow(version)
                            .setLimit(limit)
                            .build())
                    .getRecordsList();
        } catch (StatusRuntimeException e) {
            throw nodes.failed(node, e, "list versions of " + topic);
        }
    }

    /**
     * Reads a payload from where the sink is, until it ends or the bytes turn out to be elsewhere.
     *
     * @return where they are; empty if they came
     */
    List<PayloadLink> payload(String topic, long version, PayloadSink sink, Duration atMost, BooleanSupplier cancelled)
            throws InterruptedException {
        Node node = nodes.current(limits.request());
        ReadPayloadRequest request = ReadPayloadRequest.newBuilder()
                .setTopic(topic)
                .setVersion(version)
                .setOffset(sink.position())
                .build();
        Context.CancellableContext context = Context.current().withCancellation();
        Context before = context.attach();
        try {
            Iterator<ReadPayloadResponse> answers = SubscribeServiceGrpc.newBlockingStub(node.channel())
                    .withDeadlineAfter(atMost.toMillis(), TimeUnit.MILLISECONDS)
                    .readPayload(request);
            while (!cancelled.getAsBoolean() && answers.hasNext()) {
                ReadPayloadResponse answer = answers.next();
                if (answer.hasLinks()) {
                    return answer.getLinks().getLinksList();
                }
                sink.write(answer.getChunk().asReadOnlyByteBuffer());
            }
            return List.of();
        } catch (StatusRuntimeException e) {
            throw nodes.failed(node, e, "read the payload of " + topic + " version " + version);
        } finally {
            context.detach(before);
            context.cancel(null);
        }
    }
}
