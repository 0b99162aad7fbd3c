package io.octavo.server.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.octavo.protocol.AbortUploadRequest;
import io.octavo.protocol.BeginUploadRequest;
import io.octavo.protocol.BeginUploadResponse;
import io.octavo.protocol.CompleteUploadRequest;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.PublishServiceGrpc.PublishServiceBlockingStub;
import io.octavo.protocol.Scope;
import io.octavo.protocol.UploadPart;
import io.octavo.rules.Digests;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.GrpcFixture;
import io.octavo.server.payload.TestUploads;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.springframework.util.unit.DataSize;

/** Nodes that take uploads, on loopback ports; what they share is in memory, and its time is set. */
final class UploadNodes implements AutoCloseable {
    static final int MIB = 1 << 20;
    static final Scope EU = Scope.newBuilder().setRegion("eu").build();
    private static final PublishConfig CONFIG = new PublishConfig(8, Duration.ofSeconds(1));

    Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final InstantSource clock = () -> now;
    final InMemoryTopicLog log = new InMemoryTopicLog(clock);
    final TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5), clock);
    final TestUploads stores = new TestUploads(clock);
    final MemoryPayloads payloads = new MemoryPayloads();
    final ThreadPoolExecutor workers = new ThreadPoolExecutor(0, 2, 1, TimeUnit.SECONDS, new SynchronousQueue<>());
    final byte[] bytes = bytes(6 * MIB);
    final GrpcFixture first = node(true);

    /** A process of its own: it shares nothing with others but the stores. */
    GrpcFixture node(boolean autoCreate) {
        Publisher publisher = publisher(autoCreate);
        Arrivals arrivals = new Arrivals(
                new ArrivalConfig(DataSize.ofBytes(0), Duration.ofSeconds(30), Duration.ZERO, Duration.ofHours(1)),
                System::nanoTime);
        GrpcPublish service = new GrpcPublish(
                publisher,
                new Uploader(publisher, log, stores.node(), clock),
                ExternalObjects.NONE,
                log,
                commits,
                TestCommits.uncounted(commits),
                workers,
                CONFIG,
                arrivals,
                new GrpcErrors(() -> "id")::status);
        BindableService behindCallers = () -> ServerInterceptors.intercept(service, new Callers(Set.of()));
        try {
            return GrpcFixture.of(List.of(behindCallers), Set.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Publisher publisher(boolean autoCreate) {
        return new Publisher(log, commits, payloads, CONFIG, new TopicsConfig(autoCreate), TestChecks.CHECKS);
    }

    @Override
    public void close() {
        first.close();
        workers.shutdownNow();
    }

    PublishResponse publish(String key) {
        BeginUploadResponse begun = begin(key);
        put(begun.getPartsList());
        return complete(key, begun.getUploadId());
    }

    BeginUploadResponse begin(String key) {
        return stub().beginUpload(beginning(key).build());
    }

    PublishResponse complete(String key, long uploadId) {
        return stub().completeUpload(completing(key, uploadId));
    }

    boolean abort(String key) {
        return stub().abortUpload(AbortUploadRequest.newBuilder()
                        .setTopic("prices")
                        .setIdempotencyKey(key)
                        .build())
                .getAborted();
    }

    BeginUploadRequest.Builder beginning(String key) {
        return BeginUploadRequest.newBuilder()
                .setTopic("prices")
                .setSize(bytes.length)
                .setSha256(sha256(bytes))
                .setPartSize(5 * MIB)
                .setIdempotencyKey(key);
    }

    CompleteUploadRequest completing(String key, long uploadId) {
        return CompleteUploadRequest.newBuilder()
                .setHeader(header(key))
                .setUploadId(uploadId)
                .build();
    }

    PublishHeader.Builder header(String key) {
        return PublishHeader.newBuilder()
                .setTopic("prices")
                .addScopes(EU)
                .putMetadata("k", "v")
                .setContentType("text/plain")
                .setIdempotencyKey(key)
                .setSize(bytes.length)
                .setSha256(sha256(bytes));
    }

    void put(List<UploadPart> parts) {
        parts.forEach(part -> stores.put(part.getUrl(), slice(part.getOffset(), part.getSize())));
    }

    PublishServiceBlockingStub stub() {
        return stub(first);
    }

    static PublishServiceBlockingStub stub(GrpcFixture node) {
        return PublishServiceGrpc.newBlockingStub(node.channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    static void assertField(String field, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(e.getStatus().getDescription()).startsWith(field + ": ");
        });
    }

    static void assertRefused(String reason, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(Reasons.of(e)).isEqualTo(reason));
    }

    byte[] slice(long offset, long size) {
        return Arrays.copyOfRange(bytes, (int) offset, (int) (offset + size));
    }

    static ByteString sha256(byte[] bytes) {
        return ByteString.copyFrom(Digests.sha256(bytes));
    }

    static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
