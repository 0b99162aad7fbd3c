package io.octavo.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.ErrorInfo;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.octavo.rules.InvalidField;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GrpcServerTest {
    private static final byte[] NOTHING = {};

    private final CountDownLatch blocked = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @Test
    void callTooManyIsRefusedWithATimeToTryAgainAndPlacesComeFree() throws Exception {
        try (GrpcFixture grpc = start(1, 1)) {
            Future<byte[]> first = call(grpc, "Block");
            assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
            StatusRuntimeException refused = failureOf(call(grpc, "Echo"));
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(refused.getStatus().getDescription()).contains("calls: more than 1 at once");
            assertThat(String.valueOf(StatusProto.fromThrowable(refused)))
                    .contains("google.rpc.RetryInfo")
                    .contains("google.rpc.ErrorInfo");
            goOn.countDown();
            assertThat(first.get(10, TimeUnit.SECONDS)).isEmpty();
            untilNothingRuns(grpc);
            assertThat(call(grpc, "Echo").get(10, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Test
    void callsOfOneMethodLeavePlacesForOthers() throws Exception {
        try (GrpcFixture grpc = start(4, 4)) {
            // Once there is a connection, calls arrive in their order.
            assertThat(call(grpc, "Echo").get(10, TimeUnit.SECONDS)).isEmpty();
            untilNothingRuns(grpc);
            List<Future<byte[]>> blocked = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                blocked.add(call(grpc, "Block"));
            }
            StatusRuntimeException refused = failureOf(call(grpc, "Block"));
            assertThat(refused.getStatus().getDescription()).contains("calls: more than 3 of Block at once");
            assertThat(call(grpc, "Echo").get(10, TimeUnit.SECONDS)).isEmpty();
            goOn.countDown();
            for (Future<byte[]> call : blocked) {
                assertThat(call.get(10, TimeUnit.SECONDS)).isEmpty();
            }
            untilNothingRuns(grpc);
            assertThat(call(grpc, "Block").get(10, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Test
    void messageAndHeadersThatAreTooLargeAreRefused() throws Exception {
        try (GrpcFixture grpc = start(10, 2)) {
            byte[] large = new byte[(4 << 20) + 1];
            assertThat(failureOf(ClientCalls.futureUnaryCall(
                                    grpc.channel().newCall(unary("Echo"), CallOptions.DEFAULT), large))
                            .getStatus()
                            .getCode())
                    .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            Metadata headers = new Metadata();
            headers.put(Metadata.Key.of("large", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(20_000));
            Channel wordy =
                    ClientInterceptors.intercept(grpc.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
            assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(wordy, unary("Echo"), CallOptions.DEFAULT, NOTHING))
                    .isInstanceOf(StatusRuntimeException.class);
            assertThat(call(grpc, "Echo").get(10, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Test
    void callThatBringsNoRequestLosesItsPlace() throws Exception {
        try (GrpcFixture grpc = start(1, 1)) {
            CompletableFuture<Status> ended = new CompletableFuture<>();
            ClientCall<byte[], byte[]> silent = grpc.channel().newCall(unary("Echo"), CallOptions.DEFAULT);
            silent.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            ended.complete(status);
                        }
                    },
                    new Metadata());
            silent.sendMessage(NOTHING);

            Status status = ended.get(10, TimeUnit.SECONDS);
            assertThat(status.getCode()).isEqualTo(Status.Code.ABORTED);
            assertThat(status.getDescription()).startsWith("request: nothing for 2000 ms");
            untilNothingRuns(grpc);
            assertThat(call(grpc, "Echo").get(10, TimeUnit.SECONDS)).isEmpty();
        }
    }

    @Test
    void methodsOnTheTransportAnswerWhileAllWorkersAreBusy() throws Exception {
        try (GrpcFixture grpc = start(10, 1)) {
            Future<byte[]> first = call(grpc, "Block");
            assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
            Future<byte[]> waiting = call(grpc, "Echo");
            assertThat(call(grpc, "Fast").get(10, TimeUnit.SECONDS)).isEmpty();
            assertThat(waiting.isDone()).isFalse();
            goOn.countDown();
            first.get(10, TimeUnit.SECONDS);
            waiting.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void messagesOfOneCallArriveInOrder() throws Exception {
        try (GrpcFixture grpc = start(10, 4)) {
            CompletableFuture<byte[]> collected = new CompletableFuture<>();
            StreamObserver<byte[]> call = ClientCalls.asyncClientStreamingCall(
                    grpc.channel()
                            .newCall(
                                    Bytes.method("test.Calls/Collect", MethodType.CLIENT_STREAMING),
                                    CallOptions.DEFAULT),
                    new Completing(collected));
            ByteArrayOutputStream sent = new ByteArrayOutputStream();
            for (int i = 0; i < 3000; i++) {
                byte[] message = {(byte) i, (byte) (i >> 8)};
                sent.writeBytes(message);
                call.onNext(message);
            }
            call.onCompleted();
            assertThat(collected.get(20, TimeUnit.SECONDS)).isEqualTo(sent.toByteArray());
        }
    }

    @Test
    void whatAHandlerThrowsOrAnswersBecomesAStatus() throws Exception {
        try (GrpcFixture grpc = start(10, 2)) {
            for (String method : List.of("Throw", "Answer", "FastThrow")) {
                StatusRuntimeException failure = failureOf(call(grpc, method));
                assertThat(failure.getStatus().getCode()).as(method).isEqualTo(Status.Code.INVALID_ARGUMENT);
                com.google.rpc.Status details = StatusProto.fromThrowable(failure);
                assertThat(details).isNotNull();
                assertThat(details.getDetails(0).unpack(ErrorInfo.class).getReason())
                        .isEqualTo("INVALID_ARGUMENT");
            }
            StatusRuntimeException unforeseen = failureOf(call(grpc, "Break"));
            assertThat(unforeseen.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
            assertThat(unforeseen.getStatus().getDescription())
                    .contains("request-7")
                    .doesNotContain("secret");
            untilNothingRuns(grpc);
        }
    }

    @Test
    void healthSaysWhatItIsTold() throws Exception {
        try (GrpcFixture grpc = start(10, 2)) {
            assertThat(health(grpc, "")).isEqualTo(ServingStatus.SERVING);
            grpc.server().serving("octavo.v1.SubscribeService", false);
            assertThat(health(grpc, "octavo.v1.SubscribeService")).isEqualTo(ServingStatus.NOT_SERVING);
            grpc.server().serving("octavo.v1.SubscribeService", true);
            assertThat(health(grpc, "octavo.v1.SubscribeService")).isEqualTo(ServingStatus.SERVING);
        }
    }

    @Test
    void callThatRunsWhenTheServerStopsMayEnd() throws Exception {
        GrpcFixture grpc = start(10, 2);
        Future<byte[]> call = call(grpc, "Block");
        assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Void> stopped =
                CompletableFuture.runAsync(() -> grpc.server().close());
        goOn.countDown();
        assertThat(call.get(10, TimeUnit.SECONDS)).isEmpty();
        stopped.get(10, TimeUnit.SECONDS);
        grpc.close();
    }

    @Test
    void callThatDoesNotEndIsCancelledAfterTheDrain() throws Exception {
        GrpcFixture grpc = GrpcFixture.of(
                GrpcFixture.config(10, 2, Duration.ofMillis(50)), List.of(service()), Set.of(), List.of());
        Future<byte[]> call = call(grpc, "Block");
        assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
        grpc.server().close();
        assertThat(failureOf(call).getStatus().getCode()).isIn(Status.Code.UNAVAILABLE, Status.Code.CANCELLED);
        goOn.countDown();
        grpc.close();
    }

    @Test
    void addressThatIsTakenIsNamed() throws Exception {
        try (GrpcFixture grpc = start(10, 2)) {
            String taken = "127.0.0.1:" + grpc.server().port();
            GrpcConfig free = GrpcFixture.config(10, 2, Duration.ZERO);
            GrpcConfig config = new GrpcConfig(
                    taken,
                    free.maxMessage(),
                    free.maxHeaders(),
                    free.callsPerConnection(),
                    free.maxCalls(),
                    free.workerThreads(),
                    free.keepAlive(),
                    Duration.ofSeconds(2),
                    free.drain());
            try (GrpcServer second =
                    new GrpcServer(config, List.of(), Set.of(), List.of(), new GrpcErrors(() -> "id"), null)) {
                assertThatThrownBy(second::start)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("octavo.grpc.endpoint: " + taken);
                assertThatThrownBy(second::port).isInstanceOf(IllegalStateException.class);
            }
            assertThatThrownBy(grpc.server()::start).isInstanceOf(IllegalStateException.class);
        }
    }

    private GrpcFixture start(int maxCalls, int workers) throws IOException {
        return GrpcFixture.of(
                GrpcFixture.config(maxCalls, workers, Duration.ofSeconds(5)),
                List.of(service()),
                Set.of("test.Calls/Fast", "test.Calls/FastThrow"),
                List.of());
    }

    private BindableService service() {
        return () -> ServerServiceDefinition.builder("test.Calls")
                .addMethod(unary("Echo"), ServerCalls.asyncUnaryCall(GrpcServerTest::echo))
                .addMethod(unary("Fast"), ServerCalls.asyncUnaryCall(GrpcServerTest::echo))
                .addMethod(unary("Block"), ServerCalls.asyncUnaryCall(this::block))
                .addMethod(unary("Throw"), ServerCalls.asyncUnaryCall((request, caller) -> {
                    throw new InvalidField("field", "value", "another");
                }))
                .addMethod(unary("FastThrow"), ServerCalls.asyncUnaryCall((request, caller) -> {
                    throw new InvalidField("field", "value", "another");
                }))
                .addMethod(
                        unary("Answer"),
                        ServerCalls.asyncUnaryCall(
                                (request, caller) -> caller.onError(new InvalidField("field", "value", "another"))))
                .addMethod(unary("Break"), (call, headers) -> {
                    throw new IllegalStateException("secret");
                })
                .addMethod(
                        Bytes.method("test.Calls/Collect", MethodType.CLIENT_STREAMING),
                        ServerCalls.asyncClientStreamingCall(Collector::new))
                .build();
    }

    private static void echo(byte[] request, StreamObserver<byte[]> caller) {
        caller.onNext(request);
        caller.onCompleted();
    }

    private void block(byte[] request, StreamObserver<byte[]> caller) {
        blocked.countDown();
        try {
            assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        echo(request, caller);
    }

    private static io.grpc.MethodDescriptor<byte[], byte[]> unary(String name) {
        return Bytes.method("test.Calls/" + name, MethodType.UNARY);
    }

    private static Future<byte[]> call(GrpcFixture grpc, String method) {
        return ClientCalls.futureUnaryCall(grpc.channel().newCall(unary(method), CallOptions.DEFAULT), NOTHING);
    }

    private static StatusRuntimeException failureOf(Future<byte[]> call) throws Exception {
        try {
            byte[] answer = call.get(10, TimeUnit.SECONDS);
            throw new AssertionError("answered " + new String(answer, StandardCharsets.UTF_8));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StatusRuntimeException failure) {
                return failure;
            }
            throw e;
        }
    }

    private static ServingStatus health(GrpcFixture grpc, String service) {
        return HealthGrpc.newBlockingStub(grpc.channel())
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    private static void untilNothingRuns(GrpcFixture grpc) {
        while (grpc.server().runningCalls() > 0) {
            Thread.onSpinWait();
        }
    }

    private record Completing(CompletableFuture<byte[]> answer) implements StreamObserver<byte[]> {
        @Override
        public void onNext(byte[] message) {
            answer.complete(message);
        }

        @Override
        public void onError(Throwable failure) {
            answer.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {}
    }

    /** Answers all messages as one. */
    private static final class Collector implements StreamObserver<byte[]> {
        private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
        private final StreamObserver<byte[]> caller;

        Collector(StreamObserver<byte[]> caller) {
            this.caller = caller;
        }

        @Override
        public void onNext(byte[] message) {
            collected.writeBytes(message);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {
            caller.onNext(collected.toByteArray());
            caller.onCompleted();
        }
    }
}
