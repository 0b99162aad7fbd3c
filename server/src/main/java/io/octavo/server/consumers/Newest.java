package io.octavo.server.consumers;

import io.octavo.protocol.Instances;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts instances in groups, by the words of several nodes: of one that two nodes have seen, the later sighting counts.
 * For one thread.
 *
 * @param <G> what tells the groups apart
 */
final class Newest<G> {
    private record Sighting<G>(G group, int seenAgoMillis) {}

    private final Map<Long, Sighting<G>> sightings = new HashMap<>();
    private final Map<G, Long> counts = new HashMap<>();

    /** Takes what one node says. */
    void add(G group, Instances instances) {
        boolean isNamed = instances.getIdentitiesCount() == instances.getCount()
                && instances.getSeenAgoMsCount() == instances.getCount();
        if (!isNamed) {
            counts.merge(group, instances.getCount(), Long::sum);
            return;
        }
        for (int i = 0; i < instances.getIdentitiesCount(); i++) {
            sightings.merge(
                    instances.getIdentities(i),
                    new Sighting<>(group, instances.getSeenAgoMs(i)),
                    (one, other) -> one.seenAgoMillis() <= other.seenAgoMillis() ? one : other);
        }
    }

    /** How many are in each group. */
    Map<G, Long> counts() {
        Map<G, Long> all = new HashMap<>(counts);
        sightings.values().forEach(sighting -> all.merge(sighting.group(), 1L, Long::sum));
        return all;
    }
}
