package io.octavo.server.web;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is sent to change a topic's settings; null sets a value back to its default. */
record SettingsBody(
        @Nullable String description,
        @Nullable String owner,
        @Nullable Map<String, @Nullable String> labels,
        @Nullable RetentionBody retention,
        @Nullable Boolean requireScope) {
    /** How much history is kept. */
    record RetentionBody(
            @Nullable Integer maxVersions, @Nullable String maxAge) {}
}
