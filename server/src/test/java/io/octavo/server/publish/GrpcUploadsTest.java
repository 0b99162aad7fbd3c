package io.octavo.server.publish;

import static java.util.Objects.requireNonNull;
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
import io.octavo.protocol.Validation;
import io.octavo.protocol.Validation.Format;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.GrpcFixture;
import io.octavo.server.payload.TestUploads;
import io.octavo.server.topic.ChangeSettings;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class GrpcUploadsTest {
    private static final int MIB = 1 << 20;
    private static final PublishConfig CONFIG = new PublishConfig(8, Duration.ofSeconds(1));
    private static final Scope EU = Scope.newBuilder().setRegion("eu").build();

    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final InstantSource clock = () -> now;
    private final InMemoryTopicLog log = new InMemoryTopicLog(clock);
    private final TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5), clock);
    private final TestUploads stores = new TestUploads(clock);
    private final MemoryPayloads payloads = new MemoryPayloads();
    private final ThreadPoolExecutor workers =
            new ThreadPoolExecutor(0, 2, 1, TimeUnit.SECONDS, new SynchronousQueue<>());
    private final byte[] bytes = bytes(6 * MIB);
    private @Nullable GrpcFixture fixture;

    @BeforeEach
    void start() throws IOException {
        fixture = node(true);
    }

    /** A process of its own: it shares nothing with others but the stores. */
    private GrpcFixture node(boolean autoCreate) throws IOException {
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
        return GrpcFixture.of(List.of(behindCallers), Set.of());
    }

    private Publisher publisher(boolean autoCreate) {
        return new Publisher(log, commits, payloads, CONFIG, new TopicsConfig(autoCreate), TestChecks.CHECKS);
    }

    @AfterEach
    void stop() {
        requireNonNull(fixture).close();
        workers.shutdownNow();
    }

    @Test
    void anUploadBecomesAVersion() {
        BeginUploadResponse begun = begin("key");
        assertThat(begun.getPartCount()).isEqualTo(2);
        assertThat(begun.getPartSize()).isEqualTo(5 * MIB);
        assertThat(begun.getMissing()).isEqualTo(4);
        assertThat(begun.getPartsList()).extracting(UploadPart::getNumber).containsExactly(1, 1, 2, 2);
        assertThat(begun.getParts(3).getOffset()).isEqualTo(5 * MIB);
        assertThat(begun.getParts(3).getSize()).isEqualTo(MIB);
        assertThat(begun.getLinksExpireAtMs()).isPositive();
        assertThat(begun.getExpiresAtMs())
                .isEqualTo(now.plus(Duration.ofHours(24)).toEpochMilli());
        put(begun.getPartsList());

        PublishResponse made = complete("key", begun.getUploadId());

        VersionRecord version = made.getRecord();
        assertThat(version.getVersion()).isEqualTo(1);
        assertThat(version.getBy()).startsWith("unverified:");
        assertThat(version.getMetadataMap()).containsEntry("k", "v");
        assertThat(version.getParts(0).getSize()).isEqualTo(bytes.length);
        assertThat(version.getParts(0).getContentType()).isEqualTo("text/plain");
        assertThat(version.getParts(0).getS3().getPayloadId()).isEqualTo(begun.getUploadId());
        assertThat(made.getReplayed()).isFalse();
        assertThat(made.getImpact(0).getScope()).isEqualTo(EU);
        assertThat(stores.have(begun.getUploadId(), bytes)).isTrue();
    }

    @Test
    void whatIsCompleteIsReplayedAndBegunNoMore() {
        PublishResponse made = publish("key");
        PublishResponse again = complete("key", 0);
        assertThat(again.getReplayed()).isTrue();
        assertThat(again.getRecord()).isEqualTo(made.getRecord());
        BeginUploadResponse begun = begin("key");
        assertThat(begun.getPublished()).isTrue();
        assertThat(begun.getPartsList()).isEmpty();
        assertThat(stores.started()).hasSize(1);
    }

    @Test
    void anotherProcessGoesOnWithTheKeyAlone() throws IOException {
        put(begin("key").getPartsList().subList(0, 3));
        try (GrpcFixture other = node(true)) {
            BeginUploadResponse begun = stub(other).beginUpload(beginning("key").build());
            assertThat(begun.getMissing()).isEqualTo(1);
            assertThat(begun.getParts(0).getRegion()).isEqualTo("us");
            put(begun.getPartsList());
            assertThat(stub(other)
                            .completeUpload(completing("key", begun.getUploadId()))
                            .getRecord()
                            .getVersion())
                    .isEqualTo(1);
        }
    }

    @Test
    void otherBytesAreRefusedAndTheNextBeginBeginsAnew() {
        BeginUploadResponse begun = begin("key");
        put(begun.getPartsList());
        byte[] corrupt = slice(0, 5 * MIB);
        corrupt[3]++;
        stores.put(begun.getParts(1).getUrl(), corrupt);

        assertRefused("DIGEST_MISMATCH", () -> complete("key", begun.getUploadId()));
        assertThat(log.head("prices", Read.SERIAL)).isNull();
        assertThat(stores.isEmpty()).isTrue();
        assertRefused("GONE", () -> complete("key", begun.getUploadId()));

        BeginUploadResponse anew = begin("key");
        assertThat(anew.getUploadId()).isNotEqualTo(begun.getUploadId());
        assertThat(anew.getMissing()).isEqualTo(4);
        put(anew.getPartsList());
        assertThat(complete("key", anew.getUploadId()).getRecord().getVersion()).isEqualTo(1);
    }

    @Test
    void bytesThatTheTopicRefusesAreNotPublishedUntilItsSettingsAllowThem() {
        validate(Validation.newBuilder().setFormat(Format.JSON).build());
        BeginUploadResponse begun = begin("key");
        put(begun.getPartsList());
        assertRefused("VALIDATION_FAILED", () -> complete("key", begun.getUploadId()));
        assertThat(requireNonNull(log.head("prices", Read.SERIAL)).getNewestVersion())
                .isZero();

        validate(Validation.getDefaultInstance());
        assertThat(complete("key", begun.getUploadId()).getRecord().getVersion())
                .isEqualTo(1);
    }

    @Test
    void aSizeThatTheTopicRefusesIsNotBegun() {
        validate(Validation.newBuilder().setMaxSize(MIB).build());
        assertRefused("VALIDATION_FAILED", () -> begin("key"));
        assertThat(stores.started()).isEmpty();
    }

    private void validate(Validation validation) {
        commits.commit(
                "prices",
                new ChangeSettings(
                        before -> before.toBuilder().setValidation(validation).build(), validation.toString(), null),
                "tester",
                null);
    }

    @Test
    void whatTheSweepGaveUpIsGoneAndBegunAnew() {
        BeginUploadResponse begun = begin("key");
        put(begun.getPartsList());
        assertThat(log.abortUpload("prices", begun.getUploadId(), 1)).isTrue();

        assertRefused("GONE", () -> complete("key", begun.getUploadId()));
        BeginUploadResponse anew = begin("key");
        assertThat(anew.getMissing()).isEqualTo(4);
        put(anew.getPartsList());
        assertThat(complete("key", anew.getUploadId()).getRecord().getVersion()).isEqualTo(1);
    }

    @Test
    void whatTheSweepGivesUpWhileItIsVerifiedIsNotPublished() {
        BeginUploadResponse begun = begin("key");
        put(begun.getPartsList());
        stores.before(operation -> {
            if (operation.equals("read")) {
                log.abortUpload("prices", begun.getUploadId(), 1);
            }
        });
        assertRefused("UNAVAILABLE", () -> complete("key", begun.getUploadId()));
        assertRefused("GONE", () -> complete("key", begun.getUploadId()));
        assertThat(log.head("prices", Read.SERIAL)).isNull();
    }

    @Test
    void whatAStoreHasLostIsBegunAnew() {
        BeginUploadResponse begun = begin("key");
        stores.delete(begun.getUploadId());
        assertRefused("GONE", () -> complete("key", begun.getUploadId()));
        assertThat(begin("key").getMissing()).isEqualTo(4);
    }

    @Test
    void anUploadExpires() {
        BeginUploadResponse begun = begin("key");
        put(begun.getPartsList());
        now = now.plus(Duration.ofHours(25));
        assertRefused("GONE", () -> complete("key", begun.getUploadId()));
        assertThat(begin("key").getUploadId()).isNotEqualTo(begun.getUploadId());
    }

    @Test
    void aRefusalForTheTopicsSakeLeavesTheUploadToBeCompletedInAnotherWay() {
        publish("first");
        BeginUploadResponse begun = begin("key");
        put(begun.getPartsList());
        assertRefused(
                "VERSION_CONFLICT",
                () -> stub().completeUpload(CompleteUploadRequest.newBuilder()
                        .setUploadId(begun.getUploadId())
                        .setHeader(header("key").setExpectedVersion(0))
                        .build()));
        assertThat(stub().completeUpload(CompleteUploadRequest.newBuilder()
                                .setUploadId(begun.getUploadId())
                                .setHeader(header("key").setExpectedVersion(1))
                                .build())
                        .getRecord()
                        .getVersion())
                .isEqualTo(2);
    }

    @Test
    void aRefusalAtTheCommitLeavesItToo() {
        BeginUploadResponse begun = begin("key");
        put(begun.getPartsList());
        stores.before(operation -> {
            if (operation.equals("read") && log.head("prices", Read.SERIAL) == null) {
                publisher(true).publish(Orders.of("prices").order(), new ByteArrayInputStream(new byte[] {1}));
            }
        });
        CompleteUploadRequest.Builder first = CompleteUploadRequest.newBuilder()
                .setUploadId(begun.getUploadId())
                .setHeader(header("key").setExpectedVersion(0));
        assertRefused("VERSION_CONFLICT", () -> stub().completeUpload(first.build()));
        assertThat(complete("key", begun.getUploadId()).getRecord().getVersion())
                .isEqualTo(2);
    }

    @Test
    void aDryRunTellsWhatWouldBeMadeAndMakesNothing() {
        CompleteUploadRequest asking = CompleteUploadRequest.newBuilder()
                .setHeader(header("key"))
                .setDryRun(true)
                .build();
        PublishResponse would = stub().completeUpload(asking);
        assertThat(would.getDryRun()).isTrue();
        assertThat(would.getRecord().getVersion()).isEqualTo(1);
        assertThat(would.getImpact(0).getTo()).isEqualTo(1);
        assertThat(log.head("prices", Read.SERIAL)).isNull();
        assertRefused(
                "VERSION_CONFLICT",
                () -> stub().completeUpload(asking.toBuilder()
                        .setHeader(header("key").setExpectedVersion(7))
                        .build()));
    }

    @Test
    void anUploadCanBeAborted() {
        assertThat(abort("key")).isFalse();
        BeginUploadResponse begun = begin("key");
        put(begun.getPartsList());
        assertThat(abort("key")).isTrue();
        assertThat(stores.isEmpty()).isTrue();
        assertRefused("GONE", () -> complete("key", begun.getUploadId()));
        assertThat(abort("key")).isFalse();
        publish("other");
        assertRefused("INVALID_ARGUMENT", () -> abort("other"));
        assertThat(stores.isEmpty()).isFalse();
    }

    @Test
    void aKeyNamesOnePayloadOnly() {
        BeginUploadResponse begun = begin("key");
        assertRefused(
                "IDEMPOTENCY_KEY_REUSED",
                () -> stub().beginUpload(
                                beginning("key").setSize(bytes.length + 1).build()));
        assertRefused(
                "IDEMPOTENCY_KEY_REUSED",
                () -> stub().beginUpload(
                                beginning("key").setSha256(sha256(new byte[0])).build()));
        assertRefused(
                "IDEMPOTENCY_KEY_REUSED",
                () -> stub().completeUpload(CompleteUploadRequest.newBuilder()
                        .setUploadId(begun.getUploadId())
                        .setHeader(header("key").setSize(bytes.length + 1))
                        .build()));
        put(begun.getPartsList());
        complete("key", begun.getUploadId());
        assertRefused(
                "IDEMPOTENCY_KEY_REUSED",
                () -> stub().completeUpload(CompleteUploadRequest.newBuilder()
                        .setHeader(header("key").putMetadata("more", "of it"))
                        .build()));
    }

    @Test
    void badInputIsRefusedByName() {
        assertField(
                "topic",
                () -> stub().beginUpload(beginning("key").setTopic("Not A Name").build()));
        assertField("Idempotency-Key", () -> stub().beginUpload(beginning("").build()));
        assertField(
                "size",
                () -> stub().beginUpload(beginning("key").setSize(MIB - 1).build()));
        assertField(
                "sha256",
                () -> stub().beginUpload(beginning("key").clearSha256().build()));
        assertField(
                "partSize",
                () -> stub().beginUpload(beginning("key").setPartSize(1).build()));
        assertField(
                "topic",
                () -> stub().abortUpload(AbortUploadRequest.newBuilder()
                        .setIdempotencyKey("key")
                        .build()));
        assertField("Idempotency-Key", () -> complete("", 1));
        assertField(
                "sha256",
                () -> stub().completeUpload(CompleteUploadRequest.newBuilder()
                        .setHeader(header("key").clearSize())
                        .build()));
        BeginUploadResponse begun = begin("key");
        put(begun.getPartsList().subList(1, 4));
        assertField("parts", () -> complete("key", begun.getUploadId()));
        assertRefused("GONE", () -> complete("key", begun.getUploadId() + 1));
    }

    @Test
    void aTopicThatWouldNotBeMadeIsRefusedBeforeTheFirstPart() throws IOException {
        try (GrpcFixture strict = node(false)) {
            assertRefused(
                    "TOPIC_NOT_FOUND",
                    () -> stub(strict).beginUpload(beginning("key").build()));
            assertThat(stores.started()).isEmpty();
            publish("first");
            assertThat(stub(strict).beginUpload(beginning("key").build()).getMissing())
                    .isEqualTo(4);
        }
    }

    @Test
    void aCallThatIsUnderWayIsNotBegunTwiceAndGoesOnWithoutItsCaller() throws Exception {
        BeginUploadResponse begun = begin("key");
        put(begun.getPartsList());
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        stores.before(operation -> {
            if (operation.equals("read")) {
                reading.countDown();
                await(letGo);
            }
        });
        CompletableFuture<PublishResponse> first = new CompletableFuture<>();
        var call = PublishServiceGrpc.newFutureStub(requireNonNull(fixture).channel())
                .completeUpload(completing("key", begun.getUploadId()));
        call.addListener(() -> first.complete(PublishResponse.getDefaultInstance()), Runnable::run);
        assertThat(reading.await(10, TimeUnit.SECONDS)).isTrue();
        assertRefused("REQUEST_RUNNING", () -> complete("key", begun.getUploadId()));
        assertRefused("REQUEST_RUNNING", () -> begin("key"));
        assertRefused("REQUEST_RUNNING", () -> abort("key"));

        assertThat(call.cancel(true)).isTrue();
        letGo.countDown();
        workers.shutdown();
        assertThat(workers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(requireNonNull(log.head("prices", Read.SERIAL)).getNewestVersion())
                .isEqualTo(1);
    }

    @Test
    void moreCallsThanWorkersAreToldToComeBack() {
        workers.setRejectedExecutionHandler((work, pool) -> {
            throw new RejectedExecutionException();
        });
        workers.setMaximumPoolSize(1);
        CountDownLatch letGo = new CountDownLatch(1);
        workers.execute(() -> await(letGo));
        assertRefused("RATE_LIMITED", () -> begin("key"));
        letGo.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private PublishResponse publish(String key) {
        BeginUploadResponse begun = begin(key);
        put(begun.getPartsList());
        return complete(key, begun.getUploadId());
    }

    private BeginUploadResponse begin(String key) {
        return stub().beginUpload(beginning(key).build());
    }

    private PublishResponse complete(String key, long uploadId) {
        return stub().completeUpload(completing(key, uploadId));
    }

    private boolean abort(String key) {
        return stub().abortUpload(AbortUploadRequest.newBuilder()
                        .setTopic("prices")
                        .setIdempotencyKey(key)
                        .build())
                .getAborted();
    }

    private BeginUploadRequest.Builder beginning(String key) {
        return BeginUploadRequest.newBuilder()
                .setTopic("prices")
                .setSize(bytes.length)
                .setSha256(sha256(bytes))
                .setPartSize(5 * MIB)
                .setIdempotencyKey(key);
    }

    private CompleteUploadRequest completing(String key, long uploadId) {
        return CompleteUploadRequest.newBuilder()
                .setHeader(header(key))
                .setUploadId(uploadId)
                .build();
    }

    private PublishHeader.Builder header(String key) {
        return PublishHeader.newBuilder()
                .setTopic("prices")
                .addScopes(EU)
                .putMetadata("k", "v")
                .setContentType("text/plain")
                .setIdempotencyKey(key)
                .setSize(bytes.length)
                .setSha256(sha256(bytes));
    }

    private void put(List<UploadPart> parts) {
        parts.forEach(part -> stores.put(part.getUrl(), slice(part.getOffset(), part.getSize())));
    }

    private byte[] slice(long offset, long size) {
        return Arrays.copyOfRange(bytes, (int) offset, (int) (offset + size));
    }

    private PublishServiceBlockingStub stub() {
        return stub(requireNonNull(fixture));
    }

    private static PublishServiceBlockingStub stub(GrpcFixture node) {
        return PublishServiceGrpc.newBlockingStub(node.channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private static void assertField(String field, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(e.getStatus().getDescription()).startsWith(field + ": ");
        });
    }

    private static void assertRefused(String reason, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(Reasons.of(e)).isEqualTo(reason));
    }

    private static ByteString sha256(byte[] bytes) {
        return ByteString.copyFrom(Digests.sha256(bytes));
    }

    private static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
