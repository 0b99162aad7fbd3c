package io.octavo.server.nodes;

import io.octavo.server.nodes.NodeTable.Node;
import io.octavo.server.nodes.NodeTable.Sighting;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Nodes that fell silent without having left: their rows were not taken away but expired. One may have died; or it is cut
 * off from the store, goes on serving whoever reaches it, and can't be asked what. Thread-safe.
 */
public final class SilentNodes {
    /** A row that disappears younger than this was taken away; one that expires is half a minute old. */
    private static final Duration YOUNG = Duration.ofSeconds(20);

    private final Predicate<Node> meant;
    private final Duration remembered;
    private final InstantSource clock;
    private final Map<String, Instant> seen = new HashMap<>();
    private Set<String> up = Set.of();
    private Instant lastStart = Instant.MIN;

    /**
     * @param meant      nodes that matter
     * @param remembered how long one that is silent does
     */
    public SilentNodes(Predicate<Node> meant, Duration remembered, InstantSource clock) {
        this.meant = meant;
        this.remembered = remembered;
        this.clock = clock;
    }

    /** Takes the nodes that are up, at every beat. */
    public synchronized void see(List<Sighting> sightings) {
        Set<String> before = up;
        up = new HashSet<>();
        lastStart = Instant.MIN;
        for (Sighting sighting : sightings) {
            if (meant.test(sighting.node())) {
                up.add(sighting.node().node());
                seen.put(sighting.node().node(), sighting.seen());
                lastStart = sighting.node().started().isAfter(lastStart)
                        ? sighting.node().started()
                        : lastStart;
            }
        }
        Instant now = clock.instant();
        seen.entrySet()
                .removeIf(node -> !up.contains(node.getKey())
                        && (isOver(node.getValue(), now)
                                || (before.contains(node.getKey())
                                        && node.getValue().isAfter(now.minus(YOUNG)))));
    }

    /**
     * A node that fell silent.
     *
     * @param until when it will matter no more, should it not come back before
     */
    public record Silent(String node, Instant lastSeen, Instant until) {}

    /** Whether there are such nodes. */
    public boolean any() {
        return !all().isEmpty();
    }

    /** Whether one that is up started less than so long ago, so that not everybody it serves may have come to it yet. */
    public synchronized boolean isAnyYoungerThan(Duration age) {
        return lastStart.isAfter(clock.instant().minus(age));
    }

    /** Such nodes, by name. */
    public synchronized List<Silent> all() {
        Instant now = clock.instant();
        return seen.entrySet().stream()
                .filter(node -> !up.contains(node.getKey()) && !isOver(node.getValue(), now))
                .map(node -> new Silent(
                        node.getKey(), node.getValue(), node.getValue().plus(remembered)))
                .sorted(Comparator.comparing(Silent::node))
                .toList();
    }

    private boolean isOver(Instant lastSeen, Instant now) {
        return lastSeen.isBefore(now.minus(remembered));
    }
}
