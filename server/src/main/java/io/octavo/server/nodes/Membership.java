package io.octavo.server.nodes;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.nodes.NodeTable.Node;
import io.octavo.server.nodes.NodeTable.Sighting;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's place among the others: writes its row every few seconds, reads theirs, and compares the clocks. A beat
 * that fails is repeated with the next one; what was read last stays.
 */
public final class Membership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final Duration BEAT = Duration.ofSeconds(5);
    private static final long LARGEST_SKEW_MILLIS = 5_000;

    private final NodeTable table;
    private final Node self;
    private final InstantSource clock;
    private final List<Consumer<List<Node>>> followers = new CopyOnWriteArrayList<>();
    private volatile List<Sighting> sightings;
    private volatile Instant lastBeat = Instant.MIN;
    private volatile boolean closed;
    private @Nullable ScheduledFuture<?> beats;

    public Membership(NodeTable table, Node self, InstantSource clock, MeterRegistry meters) {
        this.table = table;
        this.self = self;
        this.clock = clock;
        // Until the store answers, this node is all that is known: it goes on telling where to find it.
        this.sightings = List.of(new Sighting(self, clock.instant(), 0));
        Gauge.builder("octavo.clock.skew", this, Membership::skewMillis)
                .baseUnit("milliseconds")
                .description("how far this node's clock is ahead of the median of all nodes'")
                .register(meters);
    }

    /** Beats once now, so that this node is known when this returns, and from then on every few seconds. */
    public void start(ScheduledExecutorService scheduler) {
        beat();
        beats = scheduler.scheduleWithFixedDelay(this::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Writes this node's row and reads all others. */
    void beat() {
        try {
            writeRow();
            sightings = table.read();
            lastBeat = clock.instant();
            followers.forEach(follower -> follower.accept(up()));
        } catch (RuntimeException e) {
            LOG.warn("this node could not tell that it is up: {}", e.getMessage());
        }
    }

    /** Never after the row was taken away. */
    private synchronized void writeRow() {
        if (!closed) {
            table.write(self, clock.instant());
        }
    }

    /** The nodes that were up at the last beat. */
    public List<Sighting> nodes() {
        return sightings;
    }

    /** Has a follower told of the nodes that are up, now and at every beat, on its thread; it must not block. */
    public void follow(Consumer<List<Node>> follower) {
        followers.add(follower);
        follower.accept(up());
    }

    private List<Node> up() {
        return sightings.stream().map(Sighting::node).toList();
    }

    /** Whether the store answered not longer ago than this; doesn't ask it. */
    public boolean reachedStoreWithin(Duration age) {
        return !lastBeat.isBefore(clock.instant().minus(age));
    }

    /** How far this node's clock is ahead of the median of all nodes', in ms. */
    public long skewMillis() {
        return Clocks.skewMillis(self.node(), sightings);
    }

    /**
     * Refuses commits while this node's clock can't be trusted.
     *
     * @throws ServiceException UNAVAILABLE, saying how far it is off
     */
    public void checkClock() {
        long skew = skewMillis();
        if (Math.abs(skew) > LARGEST_SKEW_MILLIS) {
            throw ServiceException.unavailable(
                    "clock of node " + self.node() + ": " + skew
                            + " ms from the median of all nodes (expected: at most " + LARGEST_SKEW_MILLIS
                            + " ms); ask another node, and see to this one's time service",
                    Duration.ofSeconds(10),
                    null);
        }
    }

    /** Takes this node's row away, for good. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (beats != null) {
            beats.cancel(false);
        }
        try {
            removeRow();
        } catch (RuntimeException e) {
            LOG.info("this node's row could not be removed and will expire: {}", e.getMessage());
        }
    }

    private synchronized void removeRow() {
        table.remove(self.node());
    }
}
