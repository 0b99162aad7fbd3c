package io.octavo.server;

import io.octavo.rules.InvalidField;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys {@code octavo.drain.*}: how a node stops.
 *
 * @param notice    how long it goes on as before, but says that it isn't ready, so that others send it nothing more
 * @param publishes how long publishes that are under way then have to end
 */
@ConfigurationProperties("octavo.drain")
record DrainConfig(
        @DefaultValue("0s") Duration notice,
        @DefaultValue("10s") Duration publishes) {
    private static final Duration LONGEST = Duration.ofMinutes(10);

    DrainConfig {
        check("notice", notice);
        check("publishes", publishes);
    }

    private static void check(String key, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new InvalidField("octavo.drain." + key, value, Duration.ZERO + "…" + LONGEST);
        }
    }
}
