package io.octavo.server.web;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What is sent to pin a scope. */
record PinBody(long version, String reason, @Nullable Instant expiresAt) {}
