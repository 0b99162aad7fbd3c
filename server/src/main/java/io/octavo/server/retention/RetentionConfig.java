package io.octavo.server.retention;

import io.octavo.server.config.ConfigKeys;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys {@code octavo.housekeeping.retention.*}: what is deleted for ever, and how fast.
 *
 * @param interval          from one run to the next
 * @param maxVersions       the newest so many versions of each topic stay; its owner can set another number
 * @param maxAge            versions younger than this stay too; its owner can set another age; 0s = age keeps nothing
 * @param grace             what somebody ran so short a time ago stays, and so long the deletion of a topic can be undone;
 *     longer than any node, region or process may lag behind, and at least twice
 *     {@code octavo.housekeeping.export.put-within}
 * @param settle            nothing is given up until every subscribe node has run for so long: whom it serves has told it by
 *     then what he runs; three polls
 * @param deletesPerSecond  how many payloads are removed in a second at most
 * @param brakeTopicPercent if more of a topic's versions than this would go at once, they stay until an operator confirms;
 *     100 = never
 * @param brakePercent      if more of all versions than this would go at once, all stay until an operator confirms; 100 =
 *     never
 * @param brakeFrom         up to so many versions of a topic, and ten times as many of all, go without a confirmation
 * @param maxEvents         so many events of a topic are kept, and those of the time of grace; older ones go
 * @param maxHistory        events older than this go, and the records of versions that were gone by then
 */
@ConfigurationProperties("octavo.housekeeping.retention")
public record RetentionConfig(
        @DefaultValue("10m") Duration interval,
        @DefaultValue("100") int maxVersions,
        @DefaultValue("0s") Duration maxAge,
        @DefaultValue("24h") Duration grace,
        @DefaultValue("90s") Duration settle,
        @DefaultValue("50") int deletesPerSecond,
        @DefaultValue("50") int brakeTopicPercent,
        @DefaultValue("20") int brakePercent,
        @DefaultValue("10") int brakeFrom,
        @DefaultValue("20000") int maxEvents,
        @DefaultValue("365d") Duration maxHistory) {
    private static final ConfigKeys KEYS = new ConfigKeys("octavo.housekeeping.retention.");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration CENTURY = Duration.ofDays(36_500);
    private static final int MILLION = 1_000_000;

    /** Refuses values out of bounds. */
    public RetentionConfig {
        KEYS.between("interval", interval, Duration.ofMillis(100), DAY);
        KEYS.between("max-versions", maxVersions, 2, MILLION);
        KEYS.between("max-age", maxAge, Duration.ZERO, CENTURY);
        KEYS.between("grace", grace, Duration.ofSeconds(1), Duration.ofDays(365));
        KEYS.between("settle", settle, Duration.ZERO, Duration.ofHours(1));
        KEYS.between("deletes-per-second", deletesPerSecond, 1, 10_000);
        KEYS.between("brake-topic-percent", brakeTopicPercent, 1, 100);
        KEYS.between("brake-percent", brakePercent, 1, 100);
        KEYS.between("brake-from", brakeFrom, 0, MILLION);
        KEYS.between("max-events", maxEvents, 100, MILLION);
        KEYS.between("max-history", maxHistory, Duration.ofDays(8), CENTURY);
    }

    /** Refuses a time of grace after which a head that names what goes may still be on its way to a region. */
    public void requireGrace(Duration underWay) {
        if (grace.compareTo(underWay) < 0) {
            throw KEYS.invalid("grace", grace, "at least twice octavo.housekeeping.export.put-within, " + underWay);
        }
    }

    /** What is kept of a topic whose owner has set nothing. */
    public RetentionPolicy policy() {
        return new RetentionPolicy(maxVersions, maxAge, grace);
    }
}
