package io.octavo.server.payload;

import io.octavo.rules.InvalidField;
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
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    /** What the key of an upload made is kept as long: an upload must not outlive that. S3 signs no longer either. */
    private static final Duration LONGEST = Duration.ofDays(7);

    private static final int MOST_OPEN = 1_000;
    private static final int MOST_CONCURRENT = 100;

    public UploadsConfig {
        between("lifetime", lifetime);
        between("link-lifetime", linkLifetime);
        between("open-per-topic", openPerTopic, MOST_OPEN);
        between("concurrent", concurrent, MOST_CONCURRENT);
    }

    private static void between(String key, int value, int most) {
        if (value < 1 || value > most) {
            throw new InvalidField("octavo.uploads." + key, value, "1…" + most);
        }
    }

    private static void between(String key, Duration value) {
        if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
            throw new InvalidField("octavo.uploads." + key, value, SHORTEST + "…" + LONGEST);
        }
    }
}
