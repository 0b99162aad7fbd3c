package io.octavo.server.publish;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishRequest;
import io.octavo.protocol.PublishResponse;
import io.octavo.rules.InvalidField;
import io.octavo.server.consumers.CountedImpact;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.PayloadIntake.Announced;
import io.octavo.server.publish.Published.Outcome;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One publish by gRPC. The transport's callbacks, one at a time, never block: they feed the pipe that a worker reads.
 * The answer is given by the worker once there is one, else by the transport's thread.
 */
final class PublishCall implements StreamObserver<PublishRequest> {
    private static final int MOST_CHUNK_BYTES = 1 << 20;

    private final Publisher publisher;
    private final Executor workers;
    private final Function<Throwable, StatusRuntimeException> toGrpc;
    private final ServerCallStreamObserver<PublishResponse> call;
    private final String who;
    private final ChunkPipe pipe;
    private boolean started;
    private boolean over;

    PublishCall(
            Publisher publisher,
            Executor workers,
            Duration idleTimeout,
            Arrival arrival,
            Function<Throwable, StatusRuntimeException> toGrpc,
            ServerCallStreamObserver<PublishResponse> call,
            String who) {
        this.publisher = publisher;
        this.workers = workers;
        this.toGrpc = toGrpc;
        this.call = call;
        this.who = who;
        this.pipe = new ChunkPipe(() -> call.request(1), idleTimeout, arrival);
    }

    @Override
    public void onNext(PublishRequest request) {
        if (over) {
            return;
        }
        try {
            if (started) {
                pipe.write(chunk(request).getChunk());
            } else {
                start(order(request));
            }
        } catch (InvalidField | ServiceException refused) {
            breakOff(refused);
        }
    }

    @Override
    public void onError(Throwable broken) {
        breakOff(new InvalidField("payload", "broke off", "all its bytes"));
    }

    @Override
    public void onCompleted() {
        if (over) {
            return;
        }
        if (started) {
            over = true;
            pipe.end();
        } else {
            breakOff(new InvalidField("header", "none", "a header as the first message"));
        }
    }

    /** The caller has gone. */
    void cancelled() {
        onError(new IllegalStateException("cancelled"));
    }

    private void start(PublishOrder order) {
        try {
            workers.execute(() -> carryOut(order));
        } catch (RejectedExecutionException e) {
            throw ServiceException.rateLimited(
                    "publishes waiting on this node: too many (expected: fewer); try again", Duration.ofSeconds(1));
        }
        started = true;
        call.request(1);
    }

    private void carryOut(PublishOrder order) {
        try {
            Published published = publisher.publish(order, pipe);
            call.onNext(response(order, published, CountedImpact.uncounted(published.impact())));
            call.onCompleted();
        } catch (RuntimeException | Error e) {
            call.onError(toGrpc.apply(e));
        }
    }

    private void breakOff(RuntimeException why) {
        if (over) {
            return;
        }
        over = true;
        if (started) {
            pipe.breakOff(why);
        } else {
            call.onError(toGrpc.apply(why));
        }
    }

    private static PublishRequest chunk(PublishRequest request) {
        if (!request.hasChunk()) {
            throw new InvalidField("content", request.getContentCase(), "a chunk in each message after the first");
        }
        int size = request.getChunk().size();
        if (size > MOST_CHUNK_BYTES) {
            throw new InvalidField("chunk", size + " bytes", "at most " + MOST_CHUNK_BYTES + " bytes");
        }
        return request;
    }

    private PublishOrder order(PublishRequest request) {
        if (!request.hasHeader()) {
            throw new InvalidField("content", request.getContentCase(), "the header in the first message");
        }
        return order(request.getHeader(), who);
    }

    /** What a header asks for. */
    static PublishOrder order(PublishHeader header, String who) {
        return new PublishOrder(
                header.getTopic(),
                header.getScopesList(),
                header.getStage(),
                header.getMetadataMap(),
                header.getIdempotencyKey().isEmpty() ? null : header.getIdempotencyKey(),
                header.hasExpectedVersion() ? header.getExpectedVersion() : null,
                header.getIfChanged(),
                header.getHold().isEmpty() ? null : header.getHold(),
                header.getReason(),
                new Announced(size(header), header.getSha256(), header.getContentType()),
                who);
    }

    static PublishResponse response(PublishOrder order, Published published, CountedImpact impact) {
        String undo = published.undo();
        return PublishResponse.newBuilder()
                .setTopic(order.topic())
                .setRecord(published.version())
                .setRevision(published.revision())
                .setReplayed(published.outcome() == Outcome.REPLAYED)
                .setDryRun(published.outcome() == Outcome.DRY_RUN)
                .addAllImpact(GrpcPublish.moves(impact))
                .setInstancesAtLeast(impact.isAtLeast())
                .setUnchanged(published.outcome() == Outcome.UNCHANGED)
                .setUndo(undo == null ? "" : undo)
                .build();
    }

    private static @Nullable Long size(PublishHeader header) {
        return header.hasSize() ? header.getSize() : null;
    }
}
