package io.octavo.server.payload;

import io.octavo.server.config.ConfigKeys;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys {@code octavo.uploads.*}: payloads that their publishers put into S3 themselves.
 *
 * @param lifetime     how long one may take from its begin to its completion; no longer than
 *     {@code octavo.housekeeping.sweep.margin}, after which its bytes are removed
 * @param linkLifetime how long a signed address for a part is good
 * @param openPerTopic how many may be open for one topic at once
 * @param concurrent   how many this node puts together and verifies at once; more wait for
 *     {@code octavo.payload.upload-wait}
 */
@ConfigurationProperties("octavo.uploads")
public record UploadsConfig(
        @DefaultValue("24h") Duration lifetime,
        @DefaultValue("1h") Duration linkLifetime,
        @DefaultValue("32") int openPerTopic,
        @DefaultValue("8") int concurrent) {
    private static final ConfigKeys KEYS = new ConfigKeys("octavo.uploads.");
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    /** What the key of an upload made is kept as long: an upload must not outlive that. S3 signs no longer either. */
    private static final Duration LONGEST = Duration.ofDays(7);

    private static final int MOST_OPEN = 1_000;
    private static final int MOST_CONCURRENT = 100;

    public UploadsConfig {
        KEYS.between("lifetime", lifetime, SHORTEST, LONGEST);
        KEYS.between("link-lifetime", linkLifetime, SHORTEST, LONGEST);
        KEYS.between("open-per-topic", openPerTopic, 1, MOST_OPEN);
        KEYS.between("concurrent", concurrent, 1, MOST_CONCURRENT);
    }
}
