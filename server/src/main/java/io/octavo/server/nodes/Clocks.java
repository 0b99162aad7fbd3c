package io.octavo.server.nodes;

import io.octavo.server.nodes.NodeTable.Sighting;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Whether a node's clock can be trusted: it is compared with the median of all nodes' clocks, each taken against the
 * store's at the moment its row was written. With an even number of nodes the store's clock has a vote too, so that one
 * wrong clock of two is the one that is found wrong.
 */
final class Clocks {
    private Clocks() {}

    /** How far a node's clock is ahead of the median, in ms; 0 if the node isn't among the sightings. */
    static long skewMillis(String node, List<Sighting> sightings) {
        long own = 0;
        boolean found = false;
        LongStream.Builder votes = LongStream.builder();
        for (Sighting sighting : sightings) {
            votes.add(sighting.skewMillis());
            if (sighting.node().node().equals(node)) {
                own = sighting.skewMillis();
                found = true;
            }
        }
        if (sightings.size() % 2 == 0) {
            votes.add(0);
        }
        long[] sorted = votes.build().sorted().toArray();
        return found ? own - sorted[sorted.length / 2] : 0;
    }
}
