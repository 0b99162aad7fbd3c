package io.octavo.server.publish;

import io.octavo.server.config.ConfigKeys;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * More keys {@code octavo.publish.*}: how fast bodies must arrive. Only the time that this node waits for bytes counts,
 * not the time in which it doesn't read because a store is slow.
 *
 * @param minRate    bytes a second, averaged over {@code rateWindow} of waiting; 0 = any
 * @param rateWindow how much waiting the average is taken over
 * @param rateGrace  how much waiting there may be before the first window begins
 * @param timeLimit  how long a body may take from its first byte to its last, whatever its rate
 */
@ConfigurationProperties("octavo.publish")
public record ArrivalConfig(
        @DefaultValue("8KB") DataSize minRate,
        @DefaultValue("30s") Duration rateWindow,
        @DefaultValue("30s") Duration rateGrace,
        @DefaultValue("2h") Duration timeLimit) {
    private static final ConfigKeys KEYS = new ConfigKeys("octavo.publish.");
    private static final DataSize HIGHEST_RATE = DataSize.ofMegabytes(100);
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST_WINDOW = Duration.ofMinutes(10);
    private static final Duration LONGEST = Duration.ofDays(1);

    public ArrivalConfig {
        if (minRate.isNegative() || minRate.compareTo(HIGHEST_RATE) > 0) {
            throw KEYS.invalid("min-rate", minRate, "0B…100MB a second");
        }
        KEYS.between("rate-window", rateWindow, SHORTEST, LONGEST_WINDOW);
        KEYS.between("rate-grace", rateGrace, Duration.ZERO, LONGEST_WINDOW);
        KEYS.between("time-limit", timeLimit, SHORTEST, LONGEST);
    }
}
