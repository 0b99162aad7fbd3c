package io.octavo.server.errors;

import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that can't be served, with the code that the caller sees. Bad values of single fields are thrown as
 * {@link io.octavo.rules.InvalidField} instead.
 */
public final class ServiceException extends RuntimeException {
    private final ErrorCode code;
    private final @Nullable Duration retryAfter;
    private final List<InvalidField> findings;

    private ServiceException(ErrorCode code, String message, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        this(code, message, retryAfter, cause, List.of());
    }

    private ServiceException(
            ErrorCode code,
            String message,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause,
            List<InvalidField> findings) {
        super(message, cause);
        this.code = code;
        this.retryAfter = retryAfter;
        this.findings = findings;
    }

    /** The state of the topic, or the request itself, forbids it: repeating it unchanged is useless. */
    public static ServiceException of(ErrorCode code, String message) {
        return new ServiceException(code, message, null, null);
    }

    /** Something that is needed isn't there now; the request did not happen or can be repeated with the same key. */
    public static ServiceException unavailable(String message, Duration retryAfter, @Nullable Throwable cause) {
        return new ServiceException(ErrorCode.UNAVAILABLE, message, retryAfter, cause);
    }

    /** The caller, or all callers together, ask for too much at once. */
    public static ServiceException rateLimited(String message, Duration retryAfter) {
        return new ServiceException(ErrorCode.RATE_LIMITED, message, retryAfter, null);
    }

    /**
     * A payload that does not pass the checks of its topic.
     *
     * @param findings where it fails, one or more; the caller bounds how many
     */
    public static ServiceException validationFailed(List<InvalidField> findings) {
        int others = findings.size() - 1;
        String message = findings.get(0).getMessage() + (others == 0 ? "" : "; and " + others + " more");
        return new ServiceException(ErrorCode.VALIDATION_FAILED, message, null, null, List.copyOf(findings));
    }

    public ErrorCode code() {
        return code;
    }

    /** When to try again; null where trying again is useless. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /** The single places at fault, where the code is about such. */
    public List<InvalidField> findings() {
        return findings;
    }
}
