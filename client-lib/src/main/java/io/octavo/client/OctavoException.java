package io.octavo.client;

import io.octavo.rules.ErrorCode;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong between this process and Octavo: the service said no, can't be reached, or sent what can't be used.
 * Values that are wrong before anything is sent are reported as {@link IllegalArgumentException} instead.
 */
public final class OctavoException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final Details details;

    /**
     * A field of a request that the service didn't take.
     *
     * @param field       its name
     * @param description the value given and what was expected, for people
     */
    public record FieldViolation(String field, String description) implements Serializable {}

    /** What few failures have; kept apart so that the rest need not name it. */
    record Details(
            List<FieldViolation> violations,
            boolean passing,
            @Nullable Duration retryAfter,
            @Nullable String idempotencyKey,
            boolean outcomeUnknown)
            implements Serializable {
        static final Details NONE = new Details(List.of(), false, null, null, false);
        static final Details PASSING = new Details(List.of(), true, null, null, false);
    }

    OctavoException(ErrorCode code, String message, Details details, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.details = details;
    }

    /** A failure for tests: of what the service says no to, without a service. */
    public static OctavoException of(ErrorCode code, String message) {
        return new OctavoException(code, message, Details.NONE, null);
    }

    /** A failure that repeating won't mend. */
    static OctavoException lasting(ErrorCode code, String message, @Nullable Throwable cause) {
        return new OctavoException(code, message, Details.NONE, cause);
    }

    /** A failure that may be gone at the next attempt. */
    static OctavoException passing(String message, @Nullable Throwable cause) {
        return passing(ErrorCode.UNAVAILABLE, message, cause);
    }

    /** A failure that may be gone at the next attempt, of which more is known than that. */
    static OctavoException passing(ErrorCode code, String message, @Nullable Throwable cause) {
        return new OctavoException(code, message, Details.PASSING, cause);
    }

    /** Nobody was asked, for it had failed repeatedly; that is so for some time more. */
    static OctavoException notAsked(String message, Duration atMost) {
        return new OctavoException(
                ErrorCode.UNAVAILABLE, message, new Details(List.of(), true, atMost, null, false), null);
    }

    /** The same failure of a publish, with the key to repeat it by. */
    OctavoException ofPublish(String key, boolean outcomeUnknown) {
        String plain = String.valueOf(getMessage());
        String message = outcomeUnknown
                ? plain + "; whether it was published is not known: repeat it with idempotency key " + key
                : plain;
        Details more = new Details(details.violations, details.passing, details.retryAfter, key, outcomeUnknown);
        return new OctavoException(code, message, more, this);
    }

    /**
     * Why, in a form that programs can rely on. {@link ErrorCode#UNAVAILABLE} if nobody was reached who could say more; what
     * it is for a subscription without a value, {@link Subscription#get()} tells.
     */
    public ErrorCode code() {
        return code;
    }

    /** The request's fields that the service didn't take; empty if that was not the reason. */
    public List<FieldViolation> fieldViolations() {
        return details.violations;
    }

    /**
     * Whether a publish may have happened: an attempt was not answered, and none after it told. Publishing the same again
     * with {@link #idempotencyKey()} is safe and tells.
     */
    public boolean outcomeUnknown() {
        return details.outcomeUnknown;
    }

    /** The idempotency key of the publish that failed; null if it was no publish. */
    public @Nullable String idempotencyKey() {
        return details.idempotencyKey;
    }

    /** Whether the next attempt may go better. */
    boolean isPassing() {
        return details.passing;
    }

    /**
     * How long to wait before the next attempt: as the service asked, or the longest that a service which failed repeatedly is
     * left alone. Null if nothing is known of that.
     */
    public @Nullable Duration retryAfter() {
        return details.retryAfter;
    }
}
