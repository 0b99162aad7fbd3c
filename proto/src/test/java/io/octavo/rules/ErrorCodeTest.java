package io.octavo.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ErrorCodeTest {
    /** Callers compare these names; a new one may come, none may go. */
    @Test
    void namesThatCallersKnowStay() {
        assertThat(ErrorCode.values())
                .extracting(Enum::name)
                .contains(
                        "INVALID_ARGUMENT",
                        "UNAUTHENTICATED",
                        "PERMISSION_DENIED",
                        "TOPIC_NOT_FOUND",
                        "VERSION_NOT_FOUND",
                        "PIN_NOT_FOUND",
                        "VERSION_CONFLICT",
                        "REQUEST_RUNNING",
                        "LED_ELSEWHERE",
                        "NO_VERSION_LEFT",
                        "PINNED",
                        "QUARANTINED",
                        "HEAD_FULL",
                        "GONE",
                        "STALE_REVISION",
                        "PRECONDITION_REQUIRED",
                        "TOO_LARGE",
                        "TOO_SLOW",
                        "DIGEST_MISMATCH",
                        "IDEMPOTENCY_KEY_REUSED",
                        "VALIDATION_FAILED",
                        "RATE_LIMITED",
                        "UNAVAILABLE");
    }
}
