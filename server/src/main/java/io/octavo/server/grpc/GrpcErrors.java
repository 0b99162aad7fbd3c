package io.octavo.server.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where what went wrong becomes a gRPC status: a code, an {@code ErrorInfo} with the
 * {@link ErrorCode} as reason, field violations for input, and when to try again. What nobody foresaw is logged with a
 * request id; the caller sees only that id. Safe for use by many threads.
 */
public final class GrpcErrors {
    /** The domain of every {@code ErrorInfo}. */
    public static final String DOMAIN = "octavo";

    private static final Logger LOG = LoggerFactory.getLogger(GrpcErrors.class);

    private final Supplier<String> requestIds;

    /** @param requestIds makes the ids under which unforeseen errors are logged */
    public GrpcErrors(Supplier<String> requestIds) {
        this.requestIds = requestIds;
    }

    /** The status of any failure of a call; one that has a gRPC status keeps it. */
    public StatusRuntimeException status(Throwable failure) {
        if (failure instanceof StatusRuntimeException status) {
            return status;
        }
        if (failure instanceof StatusException status) {
            return new StatusRuntimeException(status.getStatus(), status.getTrailers());
        }
        if (failure instanceof InvalidField field) {
            return of(ErrorCode.INVALID_ARGUMENT, messageOf(field), List.of(violations(List.of(field))));
        }
        if (failure instanceof ServiceException no) {
            return of(
                    no.code(), messageOf(no), no.findings().isEmpty() ? retry(no) : List.of(violations(no.findings())));
        }
        String id = requestIds.get();
        LOG.error("request {} failed", id, failure);
        Message request = RequestInfo.newBuilder().setRequestId(id).build();
        return of(ErrorCode.INTERNAL, "internal error, logged by the node as request " + id, List.of(request));
    }

    private static String messageOf(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? "" : message;
    }

    private static StatusRuntimeException of(ErrorCode code, String message, List<Message> details) {
        com.google.rpc.Status.Builder status = com.google.rpc.Status.newBuilder()
                .setCode(codeOf(code).value())
                .setMessage(message)
                .addDetails(Any.pack(ErrorInfo.newBuilder()
                        .setReason(code.name())
                        .setDomain(DOMAIN)
                        .build()));
        details.forEach(detail -> status.addDetails(Any.pack(detail)));
        return StatusProto.toStatusRuntimeException(status.build());
    }

    private static Message violations(List<InvalidField> fields) {
        BadRequest.Builder violations = BadRequest.newBuilder();
        for (InvalidField field : fields) {
            violations.addFieldViolations(BadRequest.FieldViolation.newBuilder()
                    .setField(field.field())
                    .setDescription(messageOf(field)));
        }
        return violations.build();
    }

    private static List<Message> retry(ServiceException no) {
        java.time.Duration after = no.retryAfter();
        if (after == null) {
            return List.of();
        }
        Duration delay = Duration.newBuilder()
                .setSeconds(after.toSeconds())
                .setNanos(after.toNanosPart())
                .build();
        return List.of(RetryInfo.newBuilder().setRetryDelay(delay).build());
    }

    private static Status.Code codeOf(ErrorCode code) {
        return switch (code) {
            case INVALID_ARGUMENT, DIGEST_MISMATCH, VALIDATION_FAILED, TOO_LARGE -> Status.Code.INVALID_ARGUMENT;
            case UNAUTHENTICATED -> Status.Code.UNAUTHENTICATED;
            case PERMISSION_DENIED -> Status.Code.PERMISSION_DENIED;
            case TOPIC_NOT_FOUND, VERSION_NOT_FOUND, PIN_NOT_FOUND, NOT_FOUND, GONE -> Status.Code.NOT_FOUND;
            case METHOD_NOT_ALLOWED, UNSUPPORTED_MEDIA_TYPE -> Status.Code.UNIMPLEMENTED;
            case RANGE_NOT_SATISFIABLE -> Status.Code.OUT_OF_RANGE;
            case NAME_TAKEN -> Status.Code.ALREADY_EXISTS;
            case VERSION_CONFLICT, REQUEST_RUNNING, TOO_SLOW -> Status.Code.ABORTED;
            case LED_ELSEWHERE,
                    NO_VERSION_LEFT,
                    PINNED,
                    QUARANTINED,
                    VERSION_IN_USE,
                    HEAD_FULL,
                    STALE_REVISION,
                    PRECONDITION_REQUIRED,
                    IDEMPOTENCY_KEY_REUSED -> Status.Code.FAILED_PRECONDITION;
            case RATE_LIMITED -> Status.Code.RESOURCE_EXHAUSTED;
            case UNAVAILABLE -> Status.Code.UNAVAILABLE;
            case INTERNAL -> Status.Code.INTERNAL;
        };
    }
}
