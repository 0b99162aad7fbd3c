package io.octavo.server.publish;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.octavo.protocol.AbortUploadRequest;
import io.octavo.protocol.AbortUploadResponse;
import io.octavo.protocol.BeginUploadRequest;
import io.octavo.protocol.BeginUploadResponse;
import io.octavo.protocol.CompleteUploadRequest;
import io.octavo.protocol.PublishObjectsRequest;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.UploadPart;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.payload.MissingParts;
import io.octavo.server.publish.Uploader.Begun;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The publishes of {@link GrpcPublish} whose bytes come by S3: answered by workers, for they ask it, and go on if the
 * caller goes away.
 */
final class GrpcUploads {
    private static final int MOST_LOCATIONS = 16;

    private final Uploader uploader;
    private final Publisher publisher;
    private final ExternalObjects objects;
    private final LiveReaders readers;
    private final Executor workers;
    private final Function<Throwable, StatusRuntimeException> toGrpc;

    GrpcUploads(
            Uploader uploader,
            Publisher publisher,
            ExternalObjects objects,
            LiveReaders readers,
            Executor workers,
            Function<Throwable, StatusRuntimeException> toGrpc) {
        this.uploader = uploader;
        this.publisher = publisher;
        this.objects = objects;
        this.readers = readers;
        this.workers = workers;
        this.toGrpc = toGrpc;
    }

    void begin(BeginUploadRequest r, StreamObserver<BeginUploadResponse> caller) {
        answer(caller, () -> {
            Begun begun =
                    uploader.begin(r.getTopic(), r.getIdempotencyKey(), r.getSize(), r.getSha256(), r.getPartSize());
            return begun == null
                    ? BeginUploadResponse.newBuilder().setPublished(true).build()
                    : response(begun);
        });
    }

    void complete(CompleteUploadRequest r, StreamObserver<PublishResponse> caller) {
        PublishOrder order = PublishCall.order(r.getHeader(), Callers.who());
        answer(caller, () -> {
            Published published = r.getDryRun() ? uploader.dryRun(order) : uploader.complete(order, r.getUploadId());
            return PublishCall.response(order, published, readers.count(published));
        });
    }

    void abort(AbortUploadRequest r, StreamObserver<AbortUploadResponse> caller) {
        answer(
                caller,
                () -> AbortUploadResponse.newBuilder()
                        .setAborted(uploader.abort(r.getTopic(), r.getIdempotencyKey()))
                        .build());
    }

    void objects(PublishObjectsRequest r, StreamObserver<PublishResponse> caller) {
        PublishOrder order = PublishCall.order(r.getHeader(), Callers.who());
        int locations = r.getLocationsCount();
        if (locations < 1 || locations > MOST_LOCATIONS) {
            throw new InvalidField("locations", locations + " entries", "1 to " + MOST_LOCATIONS);
        }
        if (order.announced().size() == null || order.announced().sha256().isEmpty()) {
            throw new InvalidField("sha256", "none", "size and SHA-256 of the objects");
        }
        answer(caller, () -> {
            Published published = publisher.publish(order, r.getLocationsList(), objects);
            return PublishCall.response(order, published, readers.count(published));
        });
    }

    private <A> void answer(StreamObserver<A> caller, Supplier<A> work) {
        // With a handler, an answer that comes too late is dropped, not thrown at.
        ((ServerCallStreamObserver<A>) caller).setOnCancelHandler(() -> {});
        try {
            workers.execute(() -> {
                try {
                    caller.onNext(work.get());
                    caller.onCompleted();
                } catch (RuntimeException | Error e) {
                    caller.onError(toGrpc.apply(e));
                }
            });
        } catch (RejectedExecutionException e) {
            throw ServiceException.rateLimited(
                    "publishes waiting on this node: too many (expected: fewer); try again", Duration.ofSeconds(1));
        }
    }

    private static BeginUploadResponse response(Begun begun) {
        BeginUploadResponse.Builder answer = BeginUploadResponse.newBuilder()
                .setUploadId(begun.upload().uploadId())
                .setPartSize(begun.upload().partSize())
                .setPartCount(begun.upload().partCount())
                .setMissing(begun.missing().count())
                .setExpiresAtMs(begun.upload().expires().toEpochMilli());
        begun.missing().parts().stream()
                .map(MissingParts.Link::expires)
                .min(Comparator.naturalOrder())
                .map(Instant::toEpochMilli)
                .ifPresent(answer::setLinksExpireAtMs);
        for (MissingParts.Link part : begun.missing().parts()) {
            answer.addParts(UploadPart.newBuilder()
                    .setRegion(part.region())
                    .setNumber(part.number())
                    .setOffset(part.offset())
                    .setSize(part.size())
                    .setUrl(part.url()));
        }
        return answer.build();
    }
}
