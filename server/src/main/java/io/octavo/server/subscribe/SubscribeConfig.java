package io.octavo.server.subscribe;

import io.octavo.server.config.ConfigKeys;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How the subscribe role keeps fresh and answers.
 *
 * @param sweepInterval     all topics are compared with the log once in this time
 * @param inlineBytes       payload bytes that ride along in one answer to a poll; 0 = none
 * @param payloadCacheBytes memory for small payloads
 * @param pollInterval      when processes are told to poll again, to shed load; 0 = as often as they want to
 */
@ConfigurationProperties("octavo.subscribe")
public record SubscribeConfig(
        @DefaultValue("60s") Duration sweepInterval,
        @DefaultValue("1MB") DataSize inlineBytes,
        @DefaultValue("32MB") DataSize payloadCacheBytes,
        @DefaultValue("0s") Duration pollInterval) {
    private static final ConfigKeys KEYS = new ConfigKeys("octavo.subscribe.");

    /** Refuses values out of bounds. */
    public SubscribeConfig {
        KEYS.check("sweep-interval", sweepInterval, inside(sweepInterval.toMillis(), 1000, 3_600_000), "1s to 1h");
        KEYS.check("inline-bytes", inlineBytes, inside(inlineBytes.toBytes(), 0, 3 << 20), "0B to 3MB");
        KEYS.check(
                "payload-cache-bytes",
                payloadCacheBytes,
                inside(payloadCacheBytes.toBytes(), 0, 1L << 40),
                "0B to 1TB, well below the heap");
        KEYS.check("poll-interval", pollInterval, inside(pollInterval.toMillis(), 0, 3_600_000), "0s to 1h");
    }

    private static boolean inside(long value, long from, long to) {
        return value >= from && value <= to;
    }
}
