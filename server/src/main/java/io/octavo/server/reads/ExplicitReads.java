package io.octavo.server.reads;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.MessageLite;
import io.octavo.protocol.TopicEvent;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.server.topic.ReadableLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The log for those who ask for something by its name, behind caches so that a stampede is one query.
 *
 * <p>A local read is shared by all who ask while it runs and for {@link #KEPT} after it, but by none who asks once this
 * node knows of a later revision of the topic: what was written by way of this node is seen by the next who reads here.
 * What another node wrote may be missing for that long. "Not there" is never kept: a local read that says so is followed by
 * a serial one, as callers must, and that is shared only by those who asked before it began. So nobody is told that a
 * version isn't there which was acknowledged before he asked.
 */
final class ExplicitReads implements ReadableLog {
    /** How long what was found is shared. */
    static final Duration KEPT = Duration.ofMillis(250);

    /** Memory for what was found. */
    static final long MOST_BYTES = 16 << 20;

    /** Longer than the store's own time-out. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

    private static final int ENTRY_BYTES = 200;

    private final ReadableLog log;
    private final ToLongFunction<String> known;
    private final SharedReads<String, TopicHead> serialHeads;
    private final SharedReads<VersionName, VersionRecord> serialVersions;
    private final Cache<Asked, Object> found;
    private final ConcurrentHashMap<Asked, CompletableFuture<Object>> reading = new ConcurrentHashMap<>();

    /** What serial reads of versions are of. */
    record VersionName(String topic, long number) {}

    private enum Kind {
        HEAD,
        VERSION,
        VERSIONS,
        EVENTS
    }

    /**
     * A local read.
     *
     * @param known the revision that this node knew of when it was asked for
     */
    private record Asked(Kind kind, String topic, long known, long number, int limit) {}

    /** @param known the highest revision of a topic that this node knows of; 0 = none */
    ExplicitReads(
            ReadableLog log,
            ToLongFunction<String> known,
            SharedReads<String, TopicHead> serialHeads,
            SharedReads<VersionName, VersionRecord> serialVersions,
            Timing timing) {
        this.log = log;
        this.known = known;
        this.serialHeads = serialHeads;
        this.serialVersions = serialVersions;
        this.found = Caffeine.newBuilder()
                .expireAfterWrite(KEPT)
                .ticker(timing::nanoTime)
                .maximumWeight(MOST_BYTES)
                .weigher((Asked asked, Object answer) -> weight(answer))
                .executor(Runnable::run)
                .build();
    }

    @Override
    public @Nullable TopicHead head(String topic, Read read) {
        return read == Read.SERIAL
                ? Waits.await(serialHeads.next(topic, Read.SERIAL, FreshHeads.STRICT_WAIT), LONGEST_WAIT)
                : shared(asked(Kind.HEAD, topic, 0, 0), () -> log.head(topic, Read.LOCAL));
    }

    @Override
    public @Nullable VersionRecord version(String topic, long number, Read read) {
        return read == Read.SERIAL
                ? Waits.await(
                        serialVersions.next(new VersionName(topic, number), Read.SERIAL, FreshHeads.STRICT_WAIT),
                        LONGEST_WAIT)
                : shared(asked(Kind.VERSION, topic, number, 0), () -> log.version(topic, number, Read.LOCAL));
    }

    @Override
    public List<VersionRecord> versionsBelow(String topic, long below, int limit, Read read) {
        if (read == Read.SERIAL) {
            return log.versionsBelow(topic, below, limit, Read.SERIAL);
        }
        List<VersionRecord> page = shared(
                asked(Kind.VERSIONS, topic, below, limit), () -> log.versionsBelow(topic, below, limit, Read.LOCAL));
        return page == null ? List.of() : page;
    }

    @Override
    public List<TopicEvent> eventsBelow(String topic, long below, int limit) {
        List<TopicEvent> page =
                shared(asked(Kind.EVENTS, topic, below, limit), () -> log.eventsBelow(topic, below, limit));
        return page == null ? List.of() : page;
    }

    private Asked asked(Kind kind, String topic, long number, int limit) {
        return new Asked(kind, topic, known.applyAsLong(topic), number, limit);
    }

    /** What a kind of question is answered with is of one type. */
    @SuppressWarnings("unchecked")
    private <T> @Nullable T shared(Asked asked, Supplier<@Nullable T> query) {
        Object there = found.getIfPresent(asked);
        return there != null ? (T) there : (T) read(asked, query);
    }

    private @Nullable Object read(Asked asked, Supplier<?> query) {
        CompletableFuture<Object> mine = new CompletableFuture<>();
        CompletableFuture<Object> others = reading.putIfAbsent(asked, mine);
        if (others != null) {
            return Waits.await(others, LONGEST_WAIT);
        }
        try {
            // Whoever read it last may have ended since the first look.
            Object there = found.getIfPresent(asked);
            Object answer = there != null ? there : query.get();
            if (answer != null) {
                found.put(asked, answer);
            }
            mine.complete(answer);
            return answer;
        } catch (RuntimeException e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            reading.remove(asked);
            if (!mine.isDone()) {
                mine.completeExceptionally(new IllegalStateException("a read of the log broke off"));
            }
        }
    }

    private static int weight(Object answer) {
        return answer instanceof List<?> page
                ? page.stream().mapToInt(ExplicitReads::weight).sum() + ENTRY_BYTES
                : ((MessageLite) answer).getSerializedSize() + ENTRY_BYTES;
    }
}
