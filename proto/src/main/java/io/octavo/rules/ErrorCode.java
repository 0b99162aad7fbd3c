package io.octavo.rules;

/**
 * Why the service said no, stable across releases: the {@code code} of a problem document and the {@code reason} of a
 * gRPC {@code ErrorInfo}.
 */
public enum ErrorCode {
    /** A value that can't be taken; the field errors name it. Repeating it changes nothing. */
    INVALID_ARGUMENT,
    /** The caller did not prove who it is. */
    UNAUTHENTICATED,
    /** The caller may not do this. */
    PERMISSION_DENIED,
    /** Nothing was ever published under this name, nor was it set up. */
    TOPIC_NOT_FOUND,
    /** The topic has no version of this number, or none for this consumer. */
    VERSION_NOT_FOUND,
    /** The scope is not pinned. */
    PIN_NOT_FOUND,
    /** No such address. */
    NOT_FOUND,
    /** The address exists, but can't be asked to do this. */
    METHOD_NOT_ALLOWED,
    /** The body is of a kind that is not read here. */
    UNSUPPORTED_MEDIA_TYPE,
    /** The bytes asked for lie beyond the end. */
    RANGE_NOT_SATISFIABLE,
    /** Somebody else published first: the expected version is not the newest any more. */
    VERSION_CONFLICT,
    /** Something else has, or had, this name. */
    NAME_TAKEN,
    /** A request with this idempotency key is still running. */
    REQUEST_RUNNING,
    /** Another node does this work now; the text names it. */
    LED_ELSEWHERE,
    /** A pin names the version. */
    PINNED,
    /** The version is marked as bad. */
    QUARANTINED,
    /** A publication, a pin or a hold names the version. */
    VERSION_IN_USE,
    /** Live consumers would be left without any version. */
    NO_VERSION_LEFT,
    /** The topic's head has no room for this change. */
    HEAD_FULL,
    /** It was there and is gone for ever. */
    GONE,
    /** The topic has changed since the revision that the caller named. */
    STALE_REVISION,
    /** The caller must name the revision that it has seen. */
    PRECONDITION_REQUIRED,
    /** A payload, or a request, above its limit. */
    TOO_LARGE,
    /** The body of the request came too slowly, or not at all; nothing was done. Sending it again may go better. */
    TOO_SLOW,
    /** The bytes that arrived are not those that were announced. */
    DIGEST_MISMATCH,
    /** The idempotency key was used before for something else. */
    IDEMPOTENCY_KEY_REUSED,
    /** The payload does not pass the checks that the topic's owner has set. */
    VALIDATION_FAILED,
    /** More than the caller's share for now: repeat after the delay that comes with the answer. */
    RATE_LIMITED,
    /** Not now: repeat after a while, with the same idempotency key. */
    UNAVAILABLE,
    /** A fault of the service. */
    INTERNAL
}
