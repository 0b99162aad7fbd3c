package io.octavo.server.consumers;

import io.octavo.protocol.Consumer;
import io.octavo.protocol.ConsumerSighting;
import io.octavo.protocol.RunState;
import java.util.Comparator;

/** What all nodes agree on about sightings of consumers. */
public final class Sightings {
    /** By region, app, cluster, instance. */
    public static final Comparator<Consumer> CONSUMERS = Comparator.comparing(Consumer::getRegion)
            .thenComparing(Consumer::getApp)
            .thenComparing(Consumer::getCluster)
            .thenComparing(Consumer::getInstance);

    /** By topic, then consumer. */
    public static final Comparator<ConsumerSighting> ORDER =
            Comparator.comparing(ConsumerSighting::getTopic).thenComparing(ConsumerSighting::getConsumer, CONSUMERS);

    private Sightings() {}

    /**
     * Whether a consumer is to run something else than it does. Not one that its own configuration tells what to run.
     *
     * @param version  what it runs; 0 = nothing
     * @param resolved what it is to run; 0 = nothing is for it
     */
    public static boolean isLagging(long version, long resolved, RunState state) {
        return resolved != 0 && version != resolved && state != RunState.OVERRIDDEN;
    }

    /** Whether it is lagging. */
    public static boolean isLagging(ConsumerSighting sighting) {
        return isLagging(sighting.getVersion(), sighting.getResolvedVersion(), sighting.getState());
    }
}
