package io.octavo.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.octavo.client.OctavoException.Details;
import io.octavo.client.OctavoException.FieldViolation;
import io.octavo.rules.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The one place that turns what calls throw into {@link OctavoException}. */
final class Errors {
    private static final String DOMAIN = "octavo";

    private Errors() {}

    /** @param doing what was tried, for the message, such as {@code poll} */
    static OctavoException from(Throwable thrown, String doing) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof OctavoException known) {
            return known;
        }
        Status status = Status.fromThrowable(cause);
        com.google.rpc.@Nullable Status rich = StatusProto.fromThrowable(cause);
        ErrorInfo info = rich == null ? null : detail(rich, ErrorInfo.class);
        ErrorCode named = info == null ? null : named(info);
        ErrorCode code = named == null ? code(status.getCode()) : named;
        Details details = new Details(violations(rich), isPassing(code), retryAfter(rich), null, false);
        return new OctavoException(code, doing + ": " + text(status, code, cause), details, cause);
    }

    /** Whether the failure says that the node, rather than the request, is the problem. */
    static boolean isNodeFailure(Throwable thrown) {
        return switch (Status.fromThrowable(thrown).getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED -> true;
            default -> false;
        };
    }

    private static String text(Status status, ErrorCode code, Throwable cause) {
        StringBuilder text = new StringBuilder(code.name());
        if (status.getDescription() == null) {
            text.append(cause.getMessage() == null ? "" : ": " + cause.getMessage());
        } else {
            text.append(": ").append(status.getDescription());
            Throwable root = status.getCause();
            text.append(root == null || root.getMessage() == null ? "" : " (" + root.getMessage() + ")");
        }
        return text.toString();
    }

    private static @Nullable ErrorCode named(ErrorInfo info) {
        if (!info.getDomain().equals(DOMAIN)) {
            return null;
        }
        for (ErrorCode code : ErrorCode.values()) {
            if (code.name().equals(info.getReason())) {
                return code;
            }
        }
        return null;
    }

    private static ErrorCode code(Status.Code code) {
        return switch (code) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> ErrorCode.INVALID_ARGUMENT;
            case UNAUTHENTICATED -> ErrorCode.UNAUTHENTICATED;
            case PERMISSION_DENIED -> ErrorCode.PERMISSION_DENIED;
            case NOT_FOUND, UNIMPLEMENTED -> ErrorCode.NOT_FOUND;
            case RESOURCE_EXHAUSTED -> ErrorCode.RATE_LIMITED;
            case FAILED_PRECONDITION -> ErrorCode.STALE_REVISION;
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, ABORTED -> ErrorCode.UNAVAILABLE;
            default -> ErrorCode.INTERNAL;
        };
    }

    private static boolean isPassing(ErrorCode code) {
        return switch (code) {
            case UNAVAILABLE, RATE_LIMITED, INTERNAL, REQUEST_RUNNING -> true;
            default -> false;
        };
    }

    private static List<FieldViolation> violations(com.google.rpc.@Nullable Status rich) {
        BadRequest bad = rich == null ? null : detail(rich, BadRequest.class);
        return bad == null
                ? List.of()
                : bad.getFieldViolationsList().stream()
                        .map(violation -> new FieldViolation(violation.getField(), violation.getDescription()))
                        .toList();
    }

    private static @Nullable Duration retryAfter(com.google.rpc.@Nullable Status rich) {
        RetryInfo retry = rich == null ? null : detail(rich, RetryInfo.class);
        return retry == null
                ? null
                : Duration.ofSeconds(
                        retry.getRetryDelay().getSeconds(),
                        retry.getRetryDelay().getNanos());
    }

    private static <M extends Message> @Nullable M detail(com.google.rpc.Status rich, Class<M> type) {
        for (Any detail : rich.getDetailsList()) {
            if (detail.is(type)) {
                try {
                    return detail.unpack(type);
                } catch (InvalidProtocolBufferException e) {
                    return null;
                }
            }
        }
        return null;
    }
}
