package io.octavo.server.web;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is sent to change a topic's settings; null sets a value back to its default.
 *
 * @param keepIdle the topic is kept though nobody uses it
 */
record SettingsBody(
        @Nullable String description,
        @Nullable String owner,
        @Nullable Map<String, @Nullable String> labels,
        @Nullable RetentionBody retention,
        @Nullable Boolean requireScope,
        @Nullable ValidationBody validation,
        @Nullable Boolean keepIdle) {
    /** How much history is kept. */
    record RetentionBody(
            @Nullable Integer maxVersions, @Nullable String maxAge) {}

    /**
     * What a payload must be to become a version.
     *
     * @param maxSizeChange in percent of the newest published version's size
     * @param format        json or json-lines
     * @param schema        replaced as a whole
     */
    record ValidationBody(
            @Nullable Long minSize,
            @Nullable Long maxSize,
            @Nullable Integer maxSizeChange,
            @Nullable PayloadFormat format,
            @Nullable ObjectNode schema) {}
}
