package io.octavo.client;

import com.google.protobuf.ByteString;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.GetLatestResponse;
import io.octavo.protocol.GetVersionRequest;
import io.octavo.protocol.GetVersionResponse;
import io.octavo.protocol.ListVersionsRequest;
import io.octavo.protocol.ListVersionsResponse;
import io.octavo.protocol.PayloadLink;
import io.octavo.protocol.ReadPayloadRequest;
import io.octavo.protocol.ReadPayloadResponse;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.SubscribeServiceGrpc.SubscribeServiceStub;
import io.octavo.protocol.VersionRecord;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Explicit reads at the subscribe nodes: they block, and are repeated a few times while they fail. A service that fails
 * again and again in spite of that, whichever node is asked, is left alone for a moment: many threads may be waiting.
 */
final class ReadCalls {
    private final Endpoints nodes;
    private final Hedge hedge;
    private final Limits limits;
    private final World world;
    private final CircuitBreaker breaker;
    private volatile String lastFailure = "";

    ReadCalls(Endpoints nodes, Hedge hedge, Limits limits, World world) {
        this.nodes = nodes;
        this.hedge = hedge;
        this.limits = limits;
        this.world = world;
        this.breaker = Breakers.of("octavo-read", world.steady());
    }

    /**
     * A payload, or where it is.
     *
     * @param bytes if the service has them beside the metadata; else empty
     * @param links where they are; empty if they are here
     */
    record Found(ByteString bytes, List<PayloadLink> links) {}

    VersionRecord version(String topic, long version) throws InterruptedException {
        GetVersionRequest request = GetVersionRequest.newBuilder()
                .setTopic(topic)
                .setVersion(version)
                .build();
        GetVersionResponse answer = hedged(
                "read version " + version + " of " + topic,
                (SubscribeServiceStub stub, Answer<GetVersionRequest, GetVersionResponse> caller) ->
                        stub.getVersion(request, caller));
        return answer.getRecord();
    }

    GetLatestResponse latest(GetLatestRequest request) throws InterruptedException {
        return hedged(
                "read the latest version of " + request.getTopic(),
                (SubscribeServiceStub stub, Answer<GetLatestRequest, GetLatestResponse> caller) ->
                        stub.getLatest(request, caller));
    }

    ListVersionsResponse list(ListVersionsRequest request) throws InterruptedException {
        return hedged(
                "list the versions of " + request.getTopic(),
                (SubscribeServiceStub stub, Answer<ListVersionsRequest, ListVersionsResponse> caller) ->
                        stub.listVersions(request, caller));
    }

    Found payload(Version version) throws InterruptedException {
        ReadPayloadRequest request = ReadPayloadRequest.newBuilder()
                .setTopic(version.topic())
                .setVersion(version.version())
                .build();
        String doing = "read the payload of " + version.topic() + " version " + version.version();
        return guarded(doing, () -> payload(request, version.size(), doing));
    }

    private Found payload(ReadPayloadRequest request, long size, String doing) throws InterruptedException {
        Node node = nodes.current(limits.request());
        Context.CancellableContext context = Context.current().withCancellation();
        Context before = context.attach();
        try {
            Iterator<ReadPayloadResponse> answers = SubscribeServiceGrpc.newBlockingStub(node.channel())
                    .withDeadlineAfter(limits.stall().toMillis(), TimeUnit.MILLISECONDS)
                    .readPayload(request);
            ByteString bytes = ByteString.EMPTY;
            while (answers.hasNext()) {
                ReadPayloadResponse answer = answers.next();
                if (answer.hasLinks()) {
                    return new Found(ByteString.EMPTY, answer.getLinks().getLinksList());
                }
                bytes = bytes.concat(answer.getChunk());
                if (bytes.size() > size) {
                    // Too many are wrong in any case; whoever asked finds that out.
                    return new Found(bytes, List.of());
                }
            }
            return new Found(bytes, List.of());
        } catch (StatusRuntimeException e) {
            throw nodes.failed(node, e, doing);
        } finally {
            context.detach(before);
            context.cancel(null);
        }
    }

    private <Q, A> A hedged(String doing, BiConsumer<SubscribeServiceStub, Answer<Q, A>> call)
            throws InterruptedException {
        return guarded(
                doing,
                () -> hedge.call(doing, node -> {
                    Answer<Q, A> answer = new Answer<>();
                    call.accept(
                            SubscribeServiceGrpc.newStub(node.channel())
                                    .withDeadlineAfter(limits.request().toMillis(), TimeUnit.MILLISECONDS),
                            answer);
                    return answer.future;
                }));
    }

    private <A> A guarded(String doing, Callable<A> attempt) throws InterruptedException {
        return Breakers.call(breaker, () -> repeated(attempt), () -> {
            throw OctavoException.notAsked(
                    doing + ": not asked for a moment, for the service failed repeatedly: " + lastFailure,
                    Breakers.REST);
        });
    }

    private <A> A repeated(Callable<A> attempt) throws InterruptedException {
        try {
            return Retries.of(
                            "octavo-read",
                            limits.downloads(),
                            limits.retry(),
                            world.random(),
                            OctavoException::isPassing)
                    .executeCallable(attempt);
        } catch (OctavoException e) {
            if (e.isPassing()) {
                lastFailure = String.valueOf(e.getMessage());
            }
            throw e;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw Errors.from(e, "read");
        }
    }
}
