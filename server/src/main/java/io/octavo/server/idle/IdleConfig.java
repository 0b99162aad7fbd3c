package io.octavo.server.idle;

import io.octavo.server.config.ConfigKeys;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys {@code octavo.housekeeping.idle.*}: topics that nobody publishes and nobody consumes. They are never deleted but
 * by a person's word.
 *
 * @param interval     how often it is asked who consumes what, and looked which topics nobody uses
 * @param after        a topic that nobody has published or consumed for so long is reported
 * @param archiveAfter so long after that it is marked as archived, which changes nothing for who uses it
 * @param grace        so long after that it is listed as one to be deleted
 */
@ConfigurationProperties("octavo.housekeeping.idle")
public record IdleConfig(
        @DefaultValue("1h") Duration interval,
        @DefaultValue("90d") Duration after,
        @DefaultValue("30d") Duration archiveAfter,
        @DefaultValue("30d") Duration grace) {
    private static final ConfigKeys KEYS = new ConfigKeys("octavo.housekeeping.idle.");
    private static final Duration CENTURY = Duration.ofDays(36_500);

    /** Refuses values out of bounds. */
    public IdleConfig {
        KEYS.between("interval", interval, Duration.ofMillis(100), Duration.ofHours(12));
        // When a topic was consumed last is known to a day.
        KEYS.between("after", after, Duration.ofDays(2), CENTURY);
        KEYS.between("archive-after", archiveAfter, Duration.ZERO, CENTURY);
        KEYS.between("grace", grace, Duration.ZERO, CENTURY);
    }
}
