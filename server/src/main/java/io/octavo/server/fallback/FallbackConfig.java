package io.octavo.server.fallback;

import io.octavo.rules.FallbackKeys;
import io.octavo.rules.InvalidField;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys {@code octavo.fallback.*}: where in each region's bucket the fallback cache is.
 *
 * @param prefix   what its keys begin with; the same on all nodes and in the settings of clients, and each
 *     installation's own where several share a bucket
 * @param parallel how many of its objects are read or written at once, in each region
 */
@ConfigurationProperties("octavo.fallback")
public record FallbackConfig(
        @DefaultValue("fallback") String prefix,
        @DefaultValue("32") int parallel) {
    /** Refuses values out of bounds. */
    public FallbackConfig {
        new FallbackKeys(prefix);
        if (parallel < 1 || parallel > 256) {
            throw new InvalidField("octavo.fallback.parallel", parallel, "1…256");
        }
    }

    FallbackKeys keys() {
        return new FallbackKeys(prefix);
    }
}
