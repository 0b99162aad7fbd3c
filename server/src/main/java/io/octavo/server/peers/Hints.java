package io.octavo.server.peers;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.Hint;
import io.octavo.protocol.TopicHead;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Tells the subscribe nodes of all regions what was just committed, so that they need not wait for the feed. Best
 * effort: what is lost, the feed brings. Offering a hint costs one put for each node and never blocks; a node that is
 * slow or away delays no other.
 */
public final class Hints implements AutoCloseable {
    private static final Duration LONGEST_CALL = Duration.ofSeconds(2);

    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final HintMetrics metrics;
    private final ScheduledThreadPoolExecutor thread;
    private volatile Map<Peer, HintLine> lines = Map.of();

    /** @param random for waits that differ between nodes */
    public Hints(LongSupplier nanos, RandomGenerator random, MeterRegistry meters) {
        this.nanos = nanos;
        this.random = random;
        this.metrics = new HintMetrics(meters);
        this.thread = new ScheduledThreadPoolExecutor(1, work -> {
            Thread named = new Thread(work, "octavo-hints");
            named.setDaemon(true);
            return named;
        });
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        // What comes after the end is given up.
        thread.setRejectedExecutionHandler((work, ended) -> {});
    }

    /** Tells of a head that is committed. One whose commit has an unknown outcome must not come here. */
    public void offer(TopicHead head) {
        offer(head, null);
    }

    /**
     * Tells of a head that is committed, with the bytes of its newest version if there is room for them.
     *
     * @param payload null = they are not at hand, or not kept beside the metadata
     */
    public void offer(TopicHead head, @Nullable ByteString payload) {
        offer(HintFormat.of(head, payload));
    }

    /** Tells where a topic stands, without its head. */
    public void offerPosition(TopicHead head) {
        offer(HintFormat.position(head));
    }

    /** From now on tells these nodes, and no others. */
    public synchronized void reach(List<Peer> subscribers) {
        Map<Peer, HintLine> before = lines;
        Map<Peer, HintLine> now = new HashMap<>();
        subscribers.forEach(peer -> {
            HintLine known = before.get(peer);
            now.put(peer, known == null ? open(peer) : known);
        });
        lines = now;
        before.forEach((peer, line) -> {
            if (!now.containsKey(peer)) {
                line.close();
            }
        });
    }

    @Override
    public void close() {
        reach(List.of());
        thread.shutdown();
    }

    private void offer(Hint hint) {
        lines.values().forEach(line -> line.offer(hint));
    }

    private HintLine open(Peer peer) {
        peer.connect();
        return new HintLine(
                peer.node().node(),
                batch -> peer.calls(LONGEST_CALL).hint(batch),
                (work, after) -> {
                    var unused = thread.schedule(work, after.toNanos(), TimeUnit.NANOSECONDS);
                },
                nanos,
                random,
                metrics);
    }
}
