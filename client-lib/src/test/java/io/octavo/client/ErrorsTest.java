package io.octavo.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.octavo.rules.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ErrorsTest {
    @Test
    void theReasonOfTheServiceWins() {
        OctavoException e = Errors.from(
                new CompletionException(rich(Status.Code.ABORTED, "VERSION_CONFLICT", "octavo")), "publish");
        assertThat(e.code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
        assertThat(e.isPassing()).isFalse();
        assertThat(e).hasMessage("publish: VERSION_CONFLICT: said by the test");
    }

    @Test
    void reasonsOfOthersAndUnknownOnesAreNotTakenForOurs() {
        assertThat(Errors.from(rich(Status.Code.UNAVAILABLE, "PINNED", "elsewhere"), "poll")
                        .code())
                .isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(Errors.from(rich(Status.Code.UNAVAILABLE, "NEW_REASON", "octavo"), "poll")
                        .code())
                .isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void everyStatusHasACode() {
        for (Status.Code code : Status.Code.values()) {
            assertThat(Errors.from(code.toStatus().asRuntimeException(), "poll").code())
                    .isNotNull();
        }
        assertThat(Errors.from(Status.PERMISSION_DENIED.asRuntimeException(), "x")
                        .code())
                .isEqualTo(ErrorCode.PERMISSION_DENIED);
        assertThat(Errors.from(new IllegalStateException("odd"), "x")).hasMessage("x: INTERNAL: odd");
    }

    @Test
    void theServiceMayAskToWait() {
        OctavoException e = Errors.from(
                StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                        .setCode(Status.Code.RESOURCE_EXHAUSTED.value())
                        .addDetails(Any.pack(RetryInfo.newBuilder()
                                .setRetryDelay(com.google.protobuf.Duration.newBuilder()
                                        .setSeconds(7))
                                .build()))
                        .build()),
                "poll");
        assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(7));
        assertThat(e.isPassing()).isTrue();
    }

    @Test
    void exceptionsCanBeSerialized() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        OctavoException e = OctavoException.passing("away", null).ofPublish("key", true);
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(e);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            OctavoException copy = (OctavoException) in.readObject();
            assertThat(copy.idempotencyKey()).isEqualTo("key");
            assertThat(copy.outcomeUnknown()).isTrue();
        }
    }

    @Test
    void whatMetricsThrowIsIgnored() {
        List<String> calls = new ArrayList<>();
        ClientMetrics guarded = new GuardedMetrics(new ClientMetrics() {
            @Override
            public void polled(boolean answered) {
                calls.add("polled");
                throw new IllegalStateException("thrown by the test");
            }

            @Override
            public void downloaded(String topic, long bytes) {
                calls.add("downloaded");
                throw new NoSuchMethodError("thrown by the test");
            }
        });
        guarded.polled(true);
        guarded.downloaded("topic", 1);
        guarded.applied("topic", Duration.ZERO);
        guarded.failed("topic", ClientMetrics.Failure.FETCH);
        assertThat(calls).containsExactly("polled", "downloaded");
    }

    private static RuntimeException rich(Status.Code code, String reason, String domain) {
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code.value())
                .setMessage("said by the test")
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(reason)
                        .setDomain(domain)
                        .build()))
                .build());
    }
}
