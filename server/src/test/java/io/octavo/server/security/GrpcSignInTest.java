package io.octavo.server.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.AbortUploadRequest;
import io.octavo.protocol.AbortUploadResponse;
import io.octavo.protocol.BeginUploadRequest;
import io.octavo.protocol.BeginUploadResponse;
import io.octavo.protocol.CompleteUploadRequest;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.GetVersionRequest;
import io.octavo.protocol.GetVersionResponse;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.PublishHeader;
import io.octavo.protocol.PublishRequest;
import io.octavo.protocol.PublishResponse;
import io.octavo.protocol.PublishServiceGrpc;
import io.octavo.protocol.ReadPayloadRequest;
import io.octavo.protocol.Scope;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.SubscribeServiceGrpc.SubscribeServiceBlockingStub;
import io.octavo.protocol.TopicState;
import io.octavo.rules.InvalidField;
import io.octavo.server.grpc.GrpcErrors;
import io.octavo.server.grpc.GrpcFixture;
import io.octavo.server.subscribe.SubscribeRole;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrpcSignInTest {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final TestTime time = new TestTime();
    private final InMemoryTokenStore store = new InMemoryTokenStore();
    private final Tokens tokens = new Tokens(store, new SecureRandom(), time);
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final HangingStore hanging = new HangingStore();
    private final Lookups lookups = Lookups.start();
    /** Who came through, and with what. */
    private final BlockingQueue<String> came = new LinkedBlockingQueue<>();

    private final GrpcFixture fixture;

    GrpcSignInTest() throws IOException {
        GrpcErrors errors = new GrpcErrors(() -> "request-7");
        SignIns signIns = new SignIns(
                new SecurityConfig(true, "", "", Duration.ofHours(1)),
                new KnownTokens(hanging, lookups, (task, wait) -> {}, time, time, Duration.ofHours(1)),
                null,
                new FailedSignIns(time),
                new SimpleMeterRegistry());
        fixture = GrpcFixture.behind(
                new GrpcSignIn(signIns, errors::status),
                List.of(new Subscribe(), new Publish()),
                SubscribeRole.ON_TRANSPORT);
    }

    @AfterEach
    void stop() {
        letGo.countDown();
        fixture.close();
        lookups.close();
    }

    @Test
    void withoutAGoodTokenNothingComesThrough() {
        for (Channel stranger : List.of(
                fixture.channel(), showing("Bearer octavo_guess"), showing("Basic x"), showing("Bearer octavo_x, y"))) {
            assertThat(refusal(() -> poll(stranger, "", "prices"))).isEqualTo("UNAUTHENTICATED");
            assertThat(refusal(() -> version(stranger, "prices"))).isEqualTo("UNAUTHENTICATED");
        }
        Metadata twice = new Metadata();
        twice.put(AUTHORIZATION, "Bearer a");
        twice.put(AUTHORIZATION, "Bearer b");
        Channel twofold =
                ClientInterceptors.intercept(fixture.channel(), MetadataUtils.newAttachHeadersInterceptor(twice));
        assertThat(refusal(() -> poll(twofold, "", "prices"))).isEqualTo("UNAUTHENTICATED");
        assertThat(came).isEmpty();
    }

    @Test
    void aGoodTokenComesThroughAtOnceAndWhenItIsKnown() {
        Channel reader = bearer("app", "reader prices*");
        for (int i = 0; i < 2; i++) {
            poll(reader, "", "prices", "prices.eu");
            version(reader, "prices");
            assertThat(came).containsExactly("token:app poll 2", "token:app version prices");
            came.clear();
        }
        assertThat(store.asked()).isEqualTo(1);
    }

    @Test
    void aTokenIsLookedUpOffTheTransportsThreadsWhichGoOnMeanwhile() throws Exception {
        Channel known = bearer("known", "reader *");
        poll(known, "", "prices");
        hanging.isHanging = true;
        Channel newcomer = bearer("newcomer", "reader *");
        CompletableFuture<Void> delayed = CompletableFuture.runAsync(() -> poll(newcomer, "", "late"));
        assertThat(hanging.threads.poll(10, TimeUnit.SECONDS)).startsWith("octavo-tokens-");
        assertThat(hanging.threads.poll(10, TimeUnit.SECONDS)).startsWith("octavo-tokens-");
        poll(known, "", "prices");
        assertThat(delayed).isNotDone();
        letGo.countDown();
        delayed.get(10, TimeUnit.SECONDS);
        assertThat(came).contains("token:newcomer poll 1");
    }

    @Test
    void whatADelayedHandlerThrowsIsAnswered() {
        Channel reader = bearer("app", "reader *");
        assertThat(refusal(() -> poll(reader, "", "throw"))).isEqualTo("INVALID_ARGUMENT");
        assertThat(refusal(() -> poll(reader, "", "throw"))).isEqualTo("INVALID_ARGUMENT");
    }

    @Test
    void aReaderMustBeOneOfEachTopic() {
        Channel reader = bearer("app", "reader prices*");
        assertThat(refusal(() -> poll(reader, "", "prices", "other"))).isEqualTo("PERMISSION_DENIED");
        assertThat(refusal(() -> version(reader, "other"))).isEqualTo("PERMISSION_DENIED");
        assertThat(refusal(() -> SubscribeServiceGrpc.newBlockingStub(reader)
                        .getLatest(
                                GetLatestRequest.newBuilder().setTopic("other").build())))
                .isEqualTo("PERMISSION_DENIED");
        assertThat(refusal(() -> payload(reader, "other"))).isEqualTo("PERMISSION_DENIED");
        assertThat(came).isEmpty();
    }

    @Test
    void anAppThatTheTokenIsNotBoundToIsRefused() {
        Channel bound = bearer("app", List.of("shop"), "reader *");
        poll(bound, "shop", "prices");
        assertThat(refusal(() -> poll(bound, "recs", "prices"))).isEqualTo("PERMISSION_DENIED");
        assertThat(refusal(() -> SubscribeServiceGrpc.newBlockingStub(bound)
                        .getLatest(GetLatestRequest.newBuilder()
                                .setTopic("prices")
                                .setConsumer(Consumer.newBuilder().setApp("recs"))
                                .build())))
                .isEqualTo("PERMISSION_DENIED");
        assertThat(came).hasSize(1);
    }

    @Test
    void aPublishIsRefusedBeforeAnythingOfItIsSeen() throws Exception {
        assertThat(publish(bearer("reader", "reader *"), "prices")).isEqualTo("PERMISSION_DENIED");
        assertThat(publish(bearer("other", "publisher other"), "prices")).isEqualTo("PERMISSION_DENIED");
        assertThat(publish(bearer("bound", "operator * region=us"), "prices")).isEqualTo("PERMISSION_DENIED");
        assertThat(came).isEmpty();
        assertThat(publish(bearer("eu", "operator * region=eu"), "prices")).isEqualTo("done");
        assertThat(publish(bearer("ci", "publisher prices"), "prices")).isEqualTo("done");
        assertThat(came).contains("token:ci publish prices");
    }

    @Test
    void anUploadIsForPublishersOfItsTopicAndCompletedForTheScopesThatTheyHave() {
        for (String grant : List.of("reader *", "publisher other")) {
            Channel stranger = bearer(grant.replaceAll("[^a-z]", ""), grant);
            assertThat(refusal(() -> begin(stranger))).isEqualTo("PERMISSION_DENIED");
            assertThat(refusal(() -> complete(stranger, "eu"))).isEqualTo("PERMISSION_DENIED");
            assertThat(refusal(() -> abort(stranger))).isEqualTo("PERMISSION_DENIED");
        }
        assertThat(came).isEmpty();
        Channel bound = bearer("eu", "operator prices region=eu");
        begin(bound);
        abort(bound);
        complete(bound, "eu");
        assertThat(refusal(() -> complete(bound, "us"))).isEqualTo("PERMISSION_DENIED");
        assertThat(came).containsExactly("token:eu begin prices", "token:eu abort prices", "token:eu complete prices");
    }

    @Test
    void allMethodsOfOursAreInTheTableAndOthersAreRefused() {
        for (var service :
                List.of(SubscribeServiceGrpc.getServiceDescriptor(), PublishServiceGrpc.getServiceDescriptor())) {
            service.getMethods().forEach(method -> {
                assertThat(GrpcRights.isOpen(method.getFullMethodName())).isFalse();
                assertThat(GrpcRights.check(method.getFullMethodName())).isNotNull();
            });
        }
        assertThatThrownBy(() -> GrpcRights.check("octavo.v1.SubscribeService/New"))
                .hasMessageContaining("octavo.v1.SubscribeService/New");
        assertThat(GrpcRights.isOpen("grpc.health.v1.Health/Check")).isTrue();
        assertThat(GrpcRights.isOpen("octavo.v1.NodeService/Hint")).isTrue();
        assertThat(GrpcRights.isOpen("octavo.v1.NodeServiceX/Hint")).isFalse();
        assertThat(GrpcRights.check("grpc.reflection.v1.ServerReflection/ServerReflectionInfo"))
                .isNotNull();
    }

    private Channel bearer(String name, String grant) {
        return bearer(name, List.of(), grant);
    }

    private Channel bearer(String name, List<String> apps, String grant) {
        return showing("Bearer "
                + tokens.create(name, List.of(Grant.parse(grant)), apps, null, "test")
                        .secret());
    }

    private Channel showing(String authorization) {
        Metadata headers = new Metadata();
        headers.put(AUTHORIZATION, authorization);
        return ClientInterceptors.intercept(fixture.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static void poll(Channel channel, String app, String... topics) {
        PollRequest.Builder request =
                PollRequest.newBuilder().setConsumer(Consumer.newBuilder().setApp(app));
        for (String topic : topics) {
            request.addTopics(TopicState.newBuilder().setTopic(topic));
        }
        var unused = stub(channel).poll(request.build());
    }

    private static void version(Channel channel, String topic) {
        var unused = stub(channel)
                .getVersion(GetVersionRequest.newBuilder().setTopic(topic).build());
    }

    private static void payload(Channel channel, String topic) {
        var unused = stub(channel)
                .readPayload(ReadPayloadRequest.newBuilder().setTopic(topic).build())
                .next();
    }

    private static void begin(Channel channel) {
        var unused = PublishServiceGrpc.newBlockingStub(channel)
                .beginUpload(BeginUploadRequest.newBuilder().setTopic("prices").build());
    }

    private static void complete(Channel channel, String region) {
        var unused = PublishServiceGrpc.newBlockingStub(channel)
                .completeUpload(CompleteUploadRequest.newBuilder()
                        .setHeader(PublishHeader.newBuilder()
                                .setTopic("prices")
                                .addScopes(Scope.newBuilder().setRegion(region)))
                        .build());
    }

    private static void abort(Channel channel) {
        var unused = PublishServiceGrpc.newBlockingStub(channel)
                .abortUpload(AbortUploadRequest.newBuilder().setTopic("prices").build());
    }

    private static SubscribeServiceBlockingStub stub(Channel channel) {
        return SubscribeServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    /** Publishes to region=eu; answers how that ended. */
    private static String publish(Channel channel, String topic) throws Exception {
        CompletableFuture<String> end = new CompletableFuture<>();
        StreamObserver<PublishRequest> call = PublishServiceGrpc.newStub(channel)
                .publish(new StreamObserver<>() {
                    @Override
                    public void onNext(PublishResponse response) {}

                    @Override
                    public void onError(Throwable error) {
                        end.complete(code(error));
                    }

                    @Override
                    public void onCompleted() {
                        end.complete("done");
                    }
                });
        call.onNext(PublishRequest.newBuilder()
                .setHeader(PublishHeader.newBuilder()
                        .setTopic(topic)
                        .addScopes(Scope.newBuilder().setRegion("eu")))
                .build());
        call.onNext(PublishRequest.newBuilder()
                .setChunk(ByteString.copyFromUtf8("x"))
                .build());
        call.onCompleted();
        return end.get(10, TimeUnit.SECONDS);
    }

    private static String refusal(Runnable call) {
        try {
            call.run();
            return "none";
        } catch (StatusRuntimeException e) {
            return code(e);
        }
    }

    /** The reason that the service gave, which agrees with the code. */
    private static String code(Throwable error) {
        try {
            com.google.rpc.Status status = Objects.requireNonNull(StatusProto.fromThrowable(error));
            for (Any detail : status.getDetailsList()) {
                if (detail.is(ErrorInfo.class)) {
                    String reason = detail.unpack(ErrorInfo.class).getReason();
                    assertThat(Status.fromThrowable(error).getCode().name()).isEqualTo(reason);
                    return reason;
                }
            }
            return Status.fromThrowable(error).toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void came(String what) {
        Identity who = Identity.current();
        came.add((who == null ? "nobody" : who.name()) + " " + what);
    }

    private final class Subscribe extends SubscribeServiceGrpc.SubscribeServiceImplBase {
        @Override
        public void poll(PollRequest request, StreamObserver<PollResponse> caller) {
            if (request.getTopics(0).getTopic().equals("throw")) {
                throw new InvalidField("topic", "throw", "another");
            }
            came("poll " + request.getTopicsCount());
            caller.onNext(PollResponse.getDefaultInstance());
            caller.onCompleted();
        }

        @Override
        public void getVersion(GetVersionRequest request, StreamObserver<GetVersionResponse> caller) {
            came("version " + request.getTopic());
            caller.onNext(GetVersionResponse.getDefaultInstance());
            caller.onCompleted();
        }
    }

    private final class Publish extends PublishServiceGrpc.PublishServiceImplBase {
        @Override
        public void beginUpload(BeginUploadRequest request, StreamObserver<BeginUploadResponse> caller) {
            came("begin " + request.getTopic());
            caller.onNext(BeginUploadResponse.getDefaultInstance());
            caller.onCompleted();
        }

        @Override
        public void completeUpload(CompleteUploadRequest request, StreamObserver<PublishResponse> caller) {
            came("complete " + request.getHeader().getTopic());
            caller.onNext(PublishResponse.getDefaultInstance());
            caller.onCompleted();
        }

        @Override
        public void abortUpload(AbortUploadRequest request, StreamObserver<AbortUploadResponse> caller) {
            came("abort " + request.getTopic());
            caller.onNext(AbortUploadResponse.getDefaultInstance());
            caller.onCompleted();
        }

        @Override
        public StreamObserver<PublishRequest> publish(StreamObserver<PublishResponse> caller) {
            return new StreamObserver<>() {
                @Override
                public void onNext(PublishRequest request) {
                    came("publish " + request.getHeader().getTopic());
                }

                @Override
                public void onError(Throwable error) {}

                @Override
                public void onCompleted() {
                    caller.onNext(PublishResponse.getDefaultInstance());
                    caller.onCompleted();
                }
            };
        }
    }

    /** Says on which threads it is asked, and keeps them when told to. */
    private final class HangingStore implements TokenStore {
        private final BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        private volatile boolean isHanging;

        @Override
        public @Nullable TokenRecord bySha256(ByteString sha256) {
            threads.add(Thread.currentThread().getName());
            if (isHanging) {
                try {
                    letGo.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return store.bySha256(sha256);
        }

        @Override
        public boolean create(TokenRecord token) {
            return store.create(token);
        }

        @Override
        public @Nullable TokenRecord byName(String name) {
            return store.byName(name);
        }

        @Override
        public List<TokenRecord> page(String after, int limit) {
            return store.page(after, limit);
        }

        @Override
        public void revoke(String name, TokenRecord.Revocation revocation) {
            store.revoke(name, revocation);
        }

        @Override
        public void remove(TokenRecord token) {
            store.remove(token);
        }
    }
}
