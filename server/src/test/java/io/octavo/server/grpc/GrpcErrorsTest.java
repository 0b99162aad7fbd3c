package io.octavo.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GrpcErrorsTest {
    private static final Map<Code, Set<ErrorCode>> CONTRACT = Map.of(
            Code.ABORTED, EnumSet.of(ErrorCode.VERSION_CONFLICT),
            Code.FAILED_PRECONDITION,
                    EnumSet.of(ErrorCode.STALE_REVISION, ErrorCode.PINNED, ErrorCode.QUARANTINED, ErrorCode.HEAD_FULL),
            Code.INVALID_ARGUMENT, EnumSet.of(ErrorCode.INVALID_ARGUMENT, ErrorCode.DIGEST_MISMATCH),
            Code.RESOURCE_EXHAUSTED, EnumSet.of(ErrorCode.RATE_LIMITED),
            Code.UNAVAILABLE, EnumSet.of(ErrorCode.UNAVAILABLE),
            Code.NOT_FOUND,
                    EnumSet.of(
                            ErrorCode.TOPIC_NOT_FOUND,
                            ErrorCode.VERSION_NOT_FOUND,
                            ErrorCode.PIN_NOT_FOUND,
                            ErrorCode.GONE),
            Code.UNAUTHENTICATED, EnumSet.of(ErrorCode.UNAUTHENTICATED),
            Code.PERMISSION_DENIED, EnumSet.of(ErrorCode.PERMISSION_DENIED),
            Code.INTERNAL, EnumSet.of(ErrorCode.INTERNAL));

    private final GrpcErrors errors = new GrpcErrors(() -> "request-7");

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyCodeIsTheReasonOfAStatus(ErrorCode code) {
        StatusRuntimeException status = errors.status(ServiceException.of(code, "no, because"));
        assertThat(status.getStatus().getDescription()).isEqualTo("no, because");
        assertThat(detail(status, ErrorInfo.class))
                .isEqualTo(ErrorInfo.newBuilder()
                        .setReason(code.name())
                        .setDomain("octavo")
                        .build());
        assertThat(detail(status, RetryInfo.class)).isEqualTo(RetryInfo.getDefaultInstance());
        CONTRACT.forEach((expected, codes) -> {
            if (codes.contains(code)) {
                assertThat(status.getStatus().getCode()).isEqualTo(expected);
            }
        });
    }

    @Test
    void wrongFieldIsNamed() {
        StatusRuntimeException status = errors.status(new InvalidField("offset", -1, "0 or more"));
        assertThat(status.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo("INVALID_ARGUMENT");
        assertThat(detail(status, BadRequest.class).getFieldViolationsList())
                .singleElement()
                .satisfies(violation -> {
                    assertThat(violation.getField()).isEqualTo("offset");
                    assertThat(violation.getDescription()).isEqualTo("offset: -1 (expected: 0 or more)");
                });
    }

    @Test
    void timeToTryAgainIsTold() {
        Duration delay = Duration.ofMillis(1500);
        StatusRuntimeException status = errors.status(ServiceException.unavailable("away", delay, null));
        assertThat(detail(status, RetryInfo.class))
                .isEqualTo(RetryInfo.newBuilder()
                        .setRetryDelay(com.google.protobuf.Duration.newBuilder()
                                .setSeconds(delay.toSeconds())
                                .setNanos(delay.toNanosPart()))
                        .build());
    }

    @Test
    void unforeseenErrorTellsNothingButTheRequest() {
        StatusRuntimeException status = errors.status(new IllegalStateException("password=1234"));
        assertThat(status.getStatus().getCode()).isEqualTo(Code.INTERNAL);
        assertThat(status.getStatus().getDescription()).contains("request-7").doesNotContain("1234");
        assertThat(detail(status, RequestInfo.class).getRequestId()).isEqualTo("request-7");
        assertThat(String.valueOf(StatusProto.fromThrowable(status))).doesNotContain("1234");
    }

    @Test
    void statusIsKept() {
        Status cancelled = Status.CANCELLED.withDescription("by the caller");
        assertThat(errors.status(cancelled.asRuntimeException()).getStatus()).isEqualTo(cancelled);
        assertThat(errors.status(new StatusException(cancelled)).getStatus()).isEqualTo(cancelled);
    }

    private static <M extends Message> M detail(StatusRuntimeException status, Class<M> type) {
        com.google.rpc.Status details = StatusProto.fromThrowable(status);
        assertThat(details).isNotNull();
        try {
            for (Any detail : details.getDetailsList()) {
                if (detail.is(type)) {
                    return detail.unpack(type);
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        return com.google.protobuf.Internal.getDefaultInstance(type);
    }
}
