package io.octavo.server.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.FieldMask;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.ErrorInfo;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.octavo.protocol.ChangeSettingsRequest;
import io.octavo.protocol.ExternalPointer;
import io.octavo.protocol.GetUptakeRequest;
import io.octavo.protocol.Part;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishObjectsRequest;
import io.octavo.protocol.PublishRequest;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.S3Location;
import io.octavo.protocol.Scope;
import io.octavo.protocol.Settings;
import io.octavo.protocol.Validation;
import io.octavo.protocol.Write;
import io.octavo.rules.Digests;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.GrpcFixture;
import io.octavo.server.payload.TestUploads;
import io.octavo.server.topic.InMemoryTopicLog;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class GrpcPublishTest {
    private static final PublishConfig CONFIG = new PublishConfig(8, Duration.ofSeconds(1));
    private final Arrivals arrivals = new Arrivals(
            new ArrivalConfig(DataSize.ofBytes(0), Duration.ofSeconds(30), Duration.ZERO, Duration.ofSeconds(4)),
            System::nanoTime);

    private final InMemoryTopicLog log = new InMemoryTopicLog(InstantSource.system());
    private final MemoryPayloads payloads = new MemoryPayloads();
    private final WatchedIntake intake = new WatchedIntake();
    private final ThreadPoolExecutor workers =
            new ThreadPoolExecutor(0, 2, 1, TimeUnit.SECONDS, new SynchronousQueue<>());
    private final AtomicInteger looks = new AtomicInteger();
    private @Nullable GrpcFixture fixture;

    @BeforeEach
    void start() throws IOException {
        TopicCommits commits = TestCommits.of(log, Duration.ofSeconds(5));
        Publisher publisher = new Publisher(log, commits, intake, CONFIG, new TopicsConfig(true), TestChecks.CHECKS);
        GrpcPublish service = new GrpcPublish(
                publisher,
                uploader(publisher),
                this::look,
                log,
                commits,
                TestCommits.uncounted(commits),
                workers,
                CONFIG,
                arrivals,
                new GrpcErrors(() -> "id")::status);
        BindableService behindCallers = () -> ServerInterceptors.intercept(service, new Callers(Set.of()));
        fixture = GrpcFixture.of(List.of(behindCallers), Set.of());
    }

    private Uploader uploader(Publisher publisher) {
        InstantSource clock = InstantSource.system();
        return new Uploader(publisher, log, new TestUploads(clock).node(), clock);
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
        workers.shutdownNow();
    }

    @Test
    void aVersionIsMadeOfHeaderAndChunks() throws Exception {
        Call call = call();
        call.send(header(PublishHeader.newBuilder()
                .setTopic("prices")
                .addScopes(Scope.newBuilder().setRegion("eu"))
                .putMetadata("k", "v")
                .setContentType("text/plain")
                .setExpectedVersion(0)
                .setSize(6)
                .setSha256(ByteString.copyFrom(Digests.sha256("onetwo".getBytes(UTF_8))))
                .build()));
        call.send(chunk("one"));
        call.send(chunk(""));
        call.send(chunk("two"));
        PublishResponse response = call.end();

        assertThat(response.getTopic()).isEqualTo("prices");
        assertThat(response.getReplayed()).isFalse();
        assertThat(response.getRevision()).isEqualTo(1);
        assertThat(response.getRecord().getVersion()).isEqualTo(1);
        assertThat(response.getRecord().getParts(0).getSize()).isEqualTo(6);
        assertThat(response.getRecord().getMetadataMap()).containsEntry("k", "v");
        assertThat(response.getRecord().getBy()).startsWith("unverified:anonymous@");
    }

    @Test
    void aPayloadThatFailsItsChecksIsRefusedWithItsPlaces() throws Exception {
        Validation checks = Validation.newBuilder()
                .setFormat(Validation.Format.JSON_LINES)
                .setSchema("{\"type\":\"integer\"}")
                .build();
        PublishServiceGrpc.newBlockingStub(requireNonNull(fixture).channel())
                .changeSettings(ChangeSettingsRequest.newBuilder()
                        .setWrite(Write.newBuilder().setTopic("prices"))
                        .setSettings(Settings.newBuilder().setValidation(checks))
                        .setFields(FieldMask.newBuilder().addPaths("validation"))
                        .build());
        Call call = call();
        call.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        call.send(chunk("1\n\"a\"\n\"b\"\n"));
        call.requests().onCompleted();

        com.google.rpc.Status refusal = StatusProto.fromThrowable(call.failure());
        assertThat(refusal.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT.value());
        assertThat(refusal.getDetails(0).unpack(ErrorInfo.class).getReason()).isEqualTo("VALIDATION_FAILED");
        assertThat(refusal.getDetails(1).unpack(BadRequest.class).getFieldViolationsList().stream()
                        .map(FieldViolation::getField))
                .containsExactly("payload line 2#", "payload line 3#");
        assertThat(payloads.left()).isZero();
    }

    @Test
    void aRepetitionIsToldAndWhoAsksIsKept() throws Exception {
        for (boolean again : new boolean[] {false, true}) {
            Call call = call("ada@host");
            call.send(header(PublishHeader.newBuilder()
                    .setTopic("prices")
                    .setIdempotencyKey("k")
                    .build()));
            call.send(chunk("one"));
            PublishResponse response = call.end();
            assertThat(response.getReplayed()).isEqualTo(again);
            assertThat(response.getRecord().getBy()).isEqualTo("unverified:ada@host");
        }
        assertThat(payloads.stored()).isEqualTo(1);
    }

    @Test
    void aHoldIsSetAndTheAnswerNamesTheCommandThatTakesItBack() throws Exception {
        Call call = call();
        call.send(header(PublishHeader.newBuilder()
                .setTopic("prices")
                .setHold("the audit")
                .build()));
        call.send(chunk("one"));
        PublishResponse response = call.end();
        assertThat(requireNonNull(log.head("prices", Read.SERIAL)).getHolds(0).getReason())
                .isEqualTo("the audit");
        assertThat(response.getUndo()).startsWith("octavo ").contains("prices");
        assertThat(response.getUnchanged()).isFalse();
    }

    @Test
    void nothingIsMadeOfWhatHasNotChanged() throws Exception {
        for (boolean again : new boolean[] {false, true}) {
            Call call = call();
            call.send(header(PublishHeader.newBuilder()
                    .setTopic("prices")
                    .setIfChanged(true)
                    .build()));
            call.send(chunk("one"));
            PublishResponse response = call.end();
            assertThat(response.getUnchanged()).isEqualTo(again);
            assertThat(response.getRecord().getVersion()).isEqualTo(1);
        }
        assertThat(payloads.left()).isEqualTo(1);
    }

    @Test
    void objectsThatAreThereBecomeAVersionAndARepetitionIsKnown() {
        PublishObjectsRequest request = objects(1).build();
        PublishResponse made = stub().publishObjects(request);
        assertThat(made.getRecord().getParts(0).getExternal().getLocations(0).getKey())
                .isEqualTo("a/0");
        assertThat(made.getReplayed()).isFalse();
        assertThat(stub().publishObjects(request).getReplayed()).isTrue();
        assertThat(looks).hasValue(1);
    }

    @Test
    void objectsAreRefusedWithoutPlacesOrWithoutTheirDigest() {
        assertThatThrownBy(() -> stub().publishObjects(objects(0).build()))
                .hasMessageContaining("locations: 0 entries");
        assertThatThrownBy(() -> stub().publishObjects(objects(17).build()))
                .hasMessageContaining("locations: 17 entries");
        PublishObjectsRequest.Builder noDigest = objects(1);
        noDigest.getHeaderBuilder().clearSha256();
        assertThatThrownBy(() -> stub().publishObjects(noDigest.build())).hasMessageContaining("sha256: none");
        assertThat(looks).hasValue(0);
    }

    @Test
    void theUptakeIsOfAVersion() {
        GetUptakeRequest request = GetUptakeRequest.newBuilder().setTopic("t").build();
        assertThatThrownBy(() -> stub().getUptake(request)).hasMessageContaining("version: 0");
        assertThat(stub().getUptake(request.toBuilder().setVersion(1).build()).getInstances())
                .isZero();
    }

    private static PublishObjectsRequest.Builder objects(int locations) {
        PublishObjectsRequest.Builder request = PublishObjectsRequest.newBuilder()
                .setHeader(PublishHeader.newBuilder()
                        .setTopic("models")
                        .setIdempotencyKey("k")
                        .setSize(5)
                        .setSha256(ByteString.copyFrom(Digests.sha256("there".getBytes(UTF_8)))));
        for (int i = 0; i < locations; i++) {
            request.addLocations(
                    S3Location.newBuilder().setRegion("eu").setBucket("b").setKey("a/" + i));
        }
        return request;
    }

    private Part look(
            List<S3Location> locations,
            PayloadIntake.Announced announced,
            @Nullable UnaryOperator<InputStream> checks) {
        looks.incrementAndGet();
        Long size = announced.size();
        return Part.newBuilder()
                .setSize(size == null ? 0 : size)
                .setSha256(announced.sha256())
                .setExternal(ExternalPointer.newBuilder().addAllLocations(locations))
                .build();
    }

    private PublishServiceGrpc.PublishServiceBlockingStub stub() {
        return PublishServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    @Test
    void aPayloadOfAnySizeIsTakenAtThePaceOfTheStore() throws Exception {
        Call call = call();
        call.send(header(PublishHeader.newBuilder().setTopic("large").build()));
        byte[] chunk = new byte[256 << 10];
        for (int i = 0; i < 40; i++) {
            call.send(PublishRequest.newBuilder()
                    .setChunk(ByteString.copyFrom(chunk))
                    .build());
        }
        assertThat(call.end().getRecord().getParts(0).getSize()).isEqualTo(40L * chunk.length);
    }

    @Test
    void aStreamThatBreaksLeavesNothingBehind() throws Exception {
        Call call = call();
        call.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        call.send(chunk("one"));
        assertThat(intake.beginnings.poll(10, TimeUnit.SECONDS)).isEqualTo("prices");
        call.requests().cancel("going", null);

        assertThat(intake.endings.poll(10, TimeUnit.SECONDS)).isEqualTo("payload: broke off (expected: all its bytes)");
        assertThat(payloads.left()).isZero();
        assertThat(log.head("prices", Read.SERIAL)).isNull();
    }

    @Test
    void streamsThatTrickleAreGivenUpAndTheirPlacesAreFreeAgain() throws Exception {
        Call one = call();
        Call other = call();
        for (Call call : List.of(one, other)) {
            call.send(header(PublishHeader.newBuilder().setTopic("slow").build()));
        }
        while (!one.isAnswered() || !other.isAnswered()) {
            one.trickle();
            other.trickle();
        }
        for (Call call : List.of(one, other)) {
            assertThat(call.failure().getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
            assertThat(call.failure()).hasMessageContaining("bytes in PT4S (expected: all its bytes in that time)");
        }
        assertThat(payloads.left()).isZero();
        assertThat(log.head("slow", Read.SERIAL)).isNull();

        Call next = call();
        next.send(header(PublishHeader.newBuilder().setTopic("slow").build()));
        assertThat(next.end().getRecord().getVersion()).isEqualTo(1);
    }

    @Test
    void aStreamThatStandsStillWhenTheNodeStopsIsToldToComeAgain() throws Exception {
        Call call = call();
        call.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        call.send(chunk("one"));
        assertThat(intake.beginnings.poll(10, TimeUnit.SECONDS)).isEqualTo("prices");
        arrivals.end();

        assertThat(call.failure().getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(call.failure()).hasMessageContaining("this node is stopping");
        assertThat(payloads.left()).isZero();
    }

    @Test
    void aStreamThatStandsStillIsGivenUp() throws Exception {
        Call call = call();
        call.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        call.send(chunk("one"));

        assertThat(call.failure().getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
        assertThat(call.failure()).hasMessageContaining("body: nothing for 1").hasMessageContaining("after 3 bytes");
        assertThat(payloads.left()).isZero();
    }

    @Test
    void badInputIsRefusedByName() throws Exception {
        assertInvalid(chunk("no header"), "content");
        assertInvalid(header(PublishHeader.newBuilder().setTopic("Not A Name").build()), "topic");
        assertInvalid(
                header(PublishHeader.newBuilder()
                        .setTopic("prices")
                        .addScopes(Scope.newBuilder().setRegion("a,b"))
                        .build()),
                "scope.region");
        assertInvalid(
                header(PublishHeader.newBuilder()
                        .setTopic("prices")
                        .setExpectedVersion(-1)
                        .build()),
                "expectedVersion");
        Call none = call();
        none.requests().onCompleted();
        assertThat(none.failure()).hasMessageContaining("header: none");
        // Control characters do not even leave the caller; what is too long does.
        Call nobody = call("x".repeat(201));
        assertThat(nobody.failure()).hasMessageContaining("Octavo-Who");
        assertThat(payloads.stored()).isZero();
    }

    @Test
    void onlyChunksOfABoundedSizeMayFollowTheHeader() throws Exception {
        Call twice = call();
        twice.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        twice.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        assertThat(twice.failure()).hasMessageContaining("content: HEADER");

        Call large = call();
        large.send(header(PublishHeader.newBuilder().setTopic("prices").build()));
        large.send(PublishRequest.newBuilder()
                .setChunk(ByteString.copyFrom(new byte[(1 << 20) + 1]))
                .build());
        assertThat(large.failure()).hasMessageContaining("chunk: 1048577 bytes");
    }

    @Test
    void morePublishesThanWorkersAreToldToComeBack() throws Exception {
        Call first = call();
        first.send(header(PublishHeader.newBuilder().setTopic("one").build()));
        assertThat(intake.beginnings.poll(10, TimeUnit.SECONDS)).isEqualTo("one");
        Call second = call();
        second.send(header(PublishHeader.newBuilder().setTopic("two").build()));
        assertThat(intake.beginnings.poll(10, TimeUnit.SECONDS)).isEqualTo("two");
        Call third = call();
        third.send(header(PublishHeader.newBuilder().setTopic("three").build()));

        assertThat(third.failure().getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        first.end();
        second.end();
    }

    private void assertInvalid(PublishRequest first, String field) throws Exception {
        Call call = call();
        call.send(first);
        assertThat(call.failure().getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(call.failure()).hasMessageContaining(field + ": ");
    }

    private static PublishRequest header(PublishHeader header) {
        return PublishRequest.newBuilder().setHeader(header).build();
    }

    private static PublishRequest chunk(String text) {
        return PublishRequest.newBuilder()
                .setChunk(ByteString.copyFromUtf8(text))
                .build();
    }

    private Call call() {
        return new Call(channel());
    }

    private Call call(String who) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("octavo-who", Metadata.ASCII_STRING_MARSHALLER), who);
        return new Call(ClientInterceptors.intercept(channel(), MetadataUtils.newAttachHeadersInterceptor(headers)));
    }

    private Channel channel() {
        if (fixture == null) {
            throw new IllegalStateException("not started");
        }
        return fixture.channel();
    }

    /** One publish from the caller's side. */
    private static final class Call implements ClientResponseObserver<PublishRequest, PublishResponse> {
        private final CompletableFuture<PublishResponse> response = new CompletableFuture<>();
        private final CompletableFuture<ClientCallStreamObserver<PublishRequest>> requests = new CompletableFuture<>();
        private final BlockingQueue<Boolean> ready = new LinkedBlockingQueue<>();

        Call(Channel channel) {
            PublishServiceGrpc.newStub(channel).publish(this);
        }

        ClientCallStreamObserver<PublishRequest> requests() {
            return requests.join();
        }

        /** Sends once the transport takes more, as a caller with little memory does. */
        void send(PublishRequest request) throws InterruptedException {
            while (!requests().isReady() && !response.isDone()) {
                ready.poll(100, TimeUnit.MILLISECONDS);
            }
            requests().onNext(request);
        }

        boolean isAnswered() {
            return response.isDone();
        }

        /** Sends a byte after a while, unless there is an answer before. */
        void trickle() throws InterruptedException, ExecutionException {
            try {
                response.handle((answer, failure) -> failure).get(20, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                send(chunk("x"));
            }
        }

        PublishResponse end() throws Exception {
            requests().onCompleted();
            return response.get(10, TimeUnit.SECONDS);
        }

        StatusRuntimeException failure() throws Exception {
            try {
                throw new AssertionError("answered: " + response.get(10, TimeUnit.SECONDS));
            } catch (ExecutionException e) {
                return (StatusRuntimeException) requireNonNull(e.getCause());
            }
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<PublishRequest> stream) {
            stream.setOnReadyHandler(() -> ready.add(true));
            requests.complete(stream);
        }

        @Override
        public void onNext(PublishResponse value) {
            response.complete(value);
        }

        @Override
        public void onError(Throwable failure) {
            response.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {}
    }

    /** Tells when a payload begins and how one that fails ends. */
    private final class WatchedIntake implements PayloadIntake {
        private final BlockingQueue<String> beginnings = new LinkedBlockingQueue<>();
        private final BlockingQueue<String> endings = new LinkedBlockingQueue<>();

        @Override
        public Stored store(String topic, InputStream body, Announced announced) {
            beginnings.add(topic);
            try {
                return payloads.store(topic, body, announced);
            } catch (RuntimeException e) {
                endings.add(String.valueOf(e.getMessage()));
                throw e;
            }
        }

        @Override
        public void discard(Stored stored) {
            payloads.discard(stored);
        }
    }
}
