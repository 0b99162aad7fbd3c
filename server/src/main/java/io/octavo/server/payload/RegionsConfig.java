package io.octavo.server.payload;

import io.octavo.rules.InvalidField;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The list {@code octavo.regions[n]}: where payloads are kept, every one in each region.
 *
 * @param regions this node's own region first: it is the one read from
 */
@ConfigurationProperties("octavo")
public record RegionsConfig(@DefaultValue List<RegionConfig> regions) {
    private static final int MOST = 16;

    public RegionsConfig {
        regions = List.copyOf(regions);
        if (regions.isEmpty() || regions.size() > MOST) {
            throw new InvalidField("octavo.regions", regions.size() + " entries", "1…" + MOST);
        }
        Set<String> names = new HashSet<>();
        for (RegionConfig region : regions) {
            if (!names.add(region.name())) {
                throw new InvalidField("octavo.regions[].name", region.name(), "each name once");
            }
        }
    }
}
