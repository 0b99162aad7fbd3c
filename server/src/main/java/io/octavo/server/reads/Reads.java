package io.octavo.server.reads;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.TopicHead;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The reads of the log that a node makes for those who ask it, each shared by all who may share it. */
public final class Reads implements AutoCloseable {
    /** Who waits for heads that must not be old, and for versions that may not be there: of each so many. */
    static final int MOST_WAITING = 10_000;

    private static final Duration STRICT_APART = Duration.ofMillis(20);
    private static final Duration BEHIND_APART = Duration.ofMillis(100);

    /** Longer than any read takes, so that none that began before a change is shared after it. */
    private static final Duration CHANGES_KEPT = Duration.ofMinutes(1);

    private static final int MOST_CHANGES_KEPT = 100_000;

    private final ReadableLog log;
    private final Consumer<TopicHead> found;
    private final Function<String, @Nullable TopicHead> known;
    private final Cache<String, Long> changes;
    private final ReadThreads threads = new ReadThreads(3 * MOST_WAITING);
    private final FreshHeads fresh;
    private final ExplicitReads explicit;

    /**
     * Reads nothing yet, and starts no thread.
     *
     * @param known what the node has in memory of a topic; null = nothing
     * @param found takes each head that was read because one must not be old
     */
    public Reads(
            ReadableLog log,
            Function<String, @Nullable TopicHead> known,
            Consumer<TopicHead> found,
            MeterRegistry meters) {
        this.log = log;
        this.known = known;
        this.found = found;
        this.changes = Caffeine.newBuilder()
                .expireAfterWrite(CHANGES_KEPT)
                .maximumSize(MOST_CHANGES_KEPT)
                .executor(Runnable::run)
                .build();
        SharedReads<String, TopicHead> strict = shared("strict", this::head, STRICT_APART, meters);
        SharedReads<String, TopicHead> behind = shared("behind", this::head, BEHIND_APART, meters);
        this.fresh = new FreshHeads(known, strict, behind, threads);
        this.explicit = new ExplicitReads(
                log,
                this::revision,
                strict,
                shared(
                        "version",
                        (name, order) -> log.version(name.topic(), name.number(), order),
                        STRICT_APART,
                        meters),
                threads);
    }

    /** Heads that must not be old. */
    public FreshHeads fresh() {
        return fresh;
    }

    /** The log, for reads that a stampede may ask for: see {@link ExplicitReads}. */
    public ReadableLog explicit() {
        return explicit;
    }

    /** Tells of a head that stands: what was read before it is not shared any more. */
    public void changed(TopicHead head) {
        changes.asMap().merge(head.getTopic(), head.getRevision(), Math::max);
    }

    @Override
    public void close() {
        threads.close();
    }

    private @Nullable TopicHead head(String topic, Read order) {
        TopicHead head = log.head(topic, order);
        if (head != null) {
            changed(head);
            found.accept(head);
        }
        return head;
    }

    private long revision(String topic) {
        TopicHead there = known.apply(topic);
        Long changed = changes.getIfPresent(topic);
        return Math.max(there == null ? 0 : there.getRevision(), changed == null ? 0 : changed);
    }

    private <K, V> SharedReads<K, V> shared(
            String what, SharedReads.Query<K, V> query, Duration apart, MeterRegistry meters) {
        SharedReads<K, V> reads = new SharedReads<>(what, query, apart, MOST_WAITING, threads, threads, meters);
        Gauge.builder("octavo.reads.waiting", reads, SharedReads::waiting)
                .description("Who waits for a shared read of the log")
                .tag("read", what)
                .register(meters);
        return reads;
    }
}
