package io.octavo.rules;

/**
 * Why the service said no, stable across releases: the {@code code} of a problem document and the {@code reason} of a
 * gRPC {@code ErrorInfo}.
 */
public enum ErrorCode {
    /** A value that can't be taken; the field errors name it. Repeating it changes nothing. */
    INVALID_ARGUMENT,
    UNAUTHENTICATED,
    PERMISSION_DENIED,
    TOPIC_NOT_FOUND,
    VERSION_NOT_FOUND,
    PIN_NOT_FOUND,
    /** No such address. */
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    UNSUPPORTED_MEDIA_TYPE,
    RANGE_NOT_SATISFIABLE,
    /** Somebody else published first: the expected version is not the newest any more. */
    VERSION_CONFLICT,
    /** A request with this idempotency key is still running. */
    REQUEST_RUNNING,
    /** A pin names the version. */
    PINNED,
    /** The version is marked as bad. */
    QUARANTINED,
    /** The topic's head has no room for this change. */
    HEAD_FULL,
    /** It was there and is gone for ever. */
    GONE,
    /** The topic has changed since the revision that the caller named. */
    STALE_REVISION,
    /** The caller must name the revision that it has seen. */
    PRECONDITION_REQUIRED,
    TOO_LARGE,
    /** The bytes that arrived are not those that were announced. */
    DIGEST_MISMATCH,
    /** The idempotency key was used before for something else. */
    IDEMPOTENCY_KEY_REUSED,
    VALIDATION_FAILED,
    RATE_LIMITED,
    /** Not now: repeat after a while, with the same idempotency key. */
    UNAVAILABLE,
    /** A fault of the service. */
    INTERNAL
}
