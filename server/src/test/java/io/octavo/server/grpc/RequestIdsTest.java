package io.octavo.server.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.RequestInfo;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

@Timeout(30)
class RequestIdsTest {
    private static final MethodDescriptor<byte[], byte[]> LOGGED = unary("Logged");
    private static final MethodDescriptor<byte[], byte[]> HANDED_OVER = unary("HandedOver");
    private static final MethodDescriptor<byte[], byte[]> BROKEN = unary("Broken");
    private static final MethodDescriptor<byte[], byte[]> FAST = unary("Fast");

    private final AtomicReference<Metadata> headers = new AtomicReference<>();
    private final AtomicReference<Metadata> trailers = new AtomicReference<>();
    private final Executor elsewhere = RequestIds.carriedTo(work -> new Thread(work, "elsewhere").start());
    private GrpcFixture fixture;

    @BeforeEach
    void start() throws IOException {
        fixture = GrpcFixture.withRequestIds(List.of(service()), Set.of("test.Ids/Fast"));
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void theCallersIdIsLoggedAndAnswered() {
        assertThat(call(LOGGED, "abc-1.2:3")).isEqualTo("abc-1.2:3");
        assertThat(id(headers)).isEqualTo("abc-1.2:3");
        assertThat(id(trailers)).isEqualTo("abc-1.2:3");
    }

    @Test
    void anIdThatIsNoneIsReplaced() {
        assertThat(call(LOGGED, "a b")).matches("[0-9a-f-]{36}").isEqualTo(id(headers));
    }

    @Test
    void itGoesAlongToOtherThreads() {
        assertThat(call(HANDED_OVER, "abc")).isEqualTo("abc on elsewhere");
    }

    @Test
    void aFaultNamesItAndAnswersItToo() {
        assertThatThrownBy(() -> call(BROKEN, "abc")).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(String.valueOf(StatusProto.fromThrowable(e)))
                    .contains(RequestInfo.getDescriptor().getFullName());
            assertThat(e).hasMessageContaining("request abc");
        });
        assertThat(id(trailers)).isEqualTo("abc");
    }

    @Test
    void callsOnTheTransportsThreadsHaveNone() {
        assertThat(call(FAST, "abc")).isEqualTo("null");
        assertThat(id(trailers)).isNull();
    }

    private String call(MethodDescriptor<byte[], byte[]> method, String id) {
        Metadata asked = new Metadata();
        asked.put(RequestIds.HEADER, id);
        Channel channel = ClientInterceptors.intercept(
                fixture.channel(),
                MetadataUtils.newCaptureMetadataInterceptor(headers, trailers),
                MetadataUtils.newAttachHeadersInterceptor(asked));
        return new String(ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, new byte[] {}), UTF_8);
    }

    private BindableService service() {
        return () -> ServerServiceDefinition.builder("test.Ids")
                .addMethod(LOGGED, ServerCalls.asyncUnaryCall((request, caller) -> {
                    caller.onNext(logged().getBytes(UTF_8));
                    caller.onCompleted();
                }))
                .addMethod(FAST, ServerCalls.asyncUnaryCall((request, caller) -> {
                    caller.onNext(logged().getBytes(UTF_8));
                    caller.onCompleted();
                }))
                .addMethod(
                        HANDED_OVER,
                        ServerCalls.asyncUnaryCall((request, caller) -> elsewhere.execute(() -> {
                            String seen =
                                    logged() + " on " + Thread.currentThread().getName();
                            caller.onNext(seen.getBytes(UTF_8));
                            caller.onCompleted();
                        })))
                .addMethod(BROKEN, ServerCalls.asyncUnaryCall((request, caller) -> {
                    throw new IllegalStateException("secret");
                }))
                .build();
    }

    private static @Nullable String id(AtomicReference<Metadata> answered) {
        return requireNonNull(answered.get()).get(RequestIds.HEADER);
    }

    private static String logged() {
        return String.valueOf(MDC.get("requestId"));
    }

    private static MethodDescriptor<byte[], byte[]> unary(String name) {
        return Bytes.method("test.Ids/" + name, MethodType.UNARY);
    }
}
