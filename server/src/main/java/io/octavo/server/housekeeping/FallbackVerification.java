package io.octavo.server.housekeeping;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Digests;
import io.octavo.rules.FallbackKeys.Position;
import io.octavo.rules.Heads;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.FallbackCache;
import io.octavo.server.fallback.FallbackRegion;
import io.octavo.server.fallback.FallbackRegion.Exported;
import io.octavo.server.fallback.FallbackRegion.Unreadable;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares what the regions' fallback caches have with the log, a page of topics at a time, down to the bytes of the
 * payloads. Calls block; one at a time.
 */
public final class FallbackVerification {
    /** What was committed so short a time ago may be on its way. */
    private static final Duration ON_ITS_WAY = Duration.ofMinutes(1);

    private final TopicLog log;
    private final FallbackCache fallback;
    private final InstantSource clock;
    private final TopicPages pages;

    public FallbackVerification(TopicLog log, FallbackCache fallback, InstantSource clock) {
        this.log = log;
        this.fallback = fallback;
        this.clock = clock;
        this.pages = new TopicPages(log, fallback, clock);
    }

    /** What can be wrong in a region. */
    public enum Kind {
        /** It has no head of the topic. */
        MISSING,
        /** It has an older head, which says something else. */
        BEHIND,
        /** It has a newer head than the log, or one of a topic that the log doesn't know: the log was set back. */
        AHEAD,
        /** It has a head of the same position that says something else. */
        DIFFERENT,
        /** Its newest object is no head. */
        UNREADABLE,
        /** The bytes of a version that its head names are not there. */
        PAYLOAD_MISSING,
        /** Other bytes are there. */
        PAYLOAD_DIFFERENT,
        /** It could not be asked about this topic, and perhaps others. */
        UNREACHABLE
    }

    /**
     * Something that is wrong.
     *
     * @param inLog    where the topic stands in the log; null if the log doesn't know it
     * @param exported where it stands in the region; null if it isn't there or can't be read
     * @param version  of the payload; 0 = it is about the head
     */
    public record Difference(
            String topic,
            String region,
            Kind kind,
            @Nullable Position inLog,
            @Nullable Position exported,
            long version,
            String detail) {}

    /**
     * What was found of some topics.
     *
     * @param topics   how many were looked at
     * @param payloads how many payloads were read for it, in all regions
     * @param next     where the next page begins; null if this was the last
     */
    public record Page(
            int topics,
            int payloads,
            List<Difference> differences,
            @Nullable String next) {}

    /**
     * Compares the topics that follow one.
     *
     * @param after empty = from the first
     * @param limit topics of the log in this page
     * @throws ServiceException UNAVAILABLE if the log can't be read
     */
    public synchronized Page page(String after, int limit) {
        TopicPages.Page page = pages.page(after, limit);
        Comparison comparison = new Comparison();
        page.unreachable().forEach(comparison::unreachable);
        Map<String, Map<FallbackRegion, Exported>> topics = page.topics();
        // At most so many as the regions can be asked at once.
        List<Thread> threads = new ArrayList<>();
        Queue<Map.Entry<String, Map<FallbackRegion, Exported>>> left = new ConcurrentLinkedQueue<>(topics.entrySet());
        for (int i = 0; i < Math.min(fallback.parallel(), topics.size()); i++) {
            Thread thread = new Thread(() -> comparison.work(left), "octavo-verify");
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        join(threads);
        return new Page(topics.size(), comparison.payloads.get(), comparison.differences(), page.last());
    }

    private static void join(Collection<Thread> threads) {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServiceException.unavailable("interrupted while comparing", Duration.ofSeconds(5), e);
        }
    }

    /** One page's work, shared by its threads. */
    private final class Comparison {
        private final Queue<Difference> found = new ConcurrentLinkedQueue<>();
        private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
        private final AtomicInteger payloads = new AtomicInteger();

        void unreachable(FallbackRegion region, ServiceException e) {
            found.add(new Difference("", region.name(), Kind.UNREACHABLE, null, null, 0, message(e)));
        }

        void work(Queue<Map.Entry<String, Map<FallbackRegion, Exported>>> left) {
            try {
                for (var entry = left.poll(); entry != null; entry = left.poll()) {
                    TopicHead head = log.head(entry.getKey(), Read.LOCAL);
                    for (FallbackRegion region : fallback.regions()) {
                        if (!isUnreachable(region)) {
                            compare(
                                    entry.getKey(),
                                    head,
                                    region,
                                    entry.getValue().get(region));
                        }
                    }
                }
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }

        private boolean isUnreachable(FallbackRegion region) {
            return found.stream()
                    .anyMatch(difference -> difference.kind() == Kind.UNREACHABLE
                            && difference.region().equals(region.name()));
        }

        private void compare(
                String topic, @Nullable TopicHead head, FallbackRegion region, @Nullable Exported exported) {
            Position inLog = head == null ? null : new Position(topic, head.getEpoch(), head.getRevision());
            Position there = exported == null ? null : exported.position();
            try {
                if (exported == null) {
                    if (head != null && !isOnItsWay(head)) {
                        add(topic, region, Kind.MISSING, inLog, null, 0, "");
                    }
                    return;
                }
                TopicHead newest = region.read(exported);
                newest = newest == null ? region.newest(topic) : newest;
                if (newest == null) {
                    add(topic, region, Kind.MISSING, inLog, null, 0, "it was there a moment ago");
                    return;
                }
                compare(head, newest, region);
                comparePayloads(newest, inLog, region);
            } catch (Unreadable e) {
                add(topic, region, Kind.UNREADABLE, inLog, there, 0, message(e));
            } catch (ServiceException e) {
                add(topic, region, Kind.UNREACHABLE, inLog, there, 0, message(e));
            }
        }

        private void compare(@Nullable TopicHead head, TopicHead newest, FallbackRegion region) {
            String topic = newest.getTopic();
            Position there = new Position(topic, newest.getEpoch(), newest.getRevision());
            if (head == null) {
                add(topic, region, Kind.AHEAD, null, there, 0, "the log doesn't know the topic");
                return;
            }
            Position inLog = new Position(topic, head.getEpoch(), head.getRevision());
            int order = Heads.compare(newest.getEpoch(), newest.getRevision(), head.getEpoch(), head.getRevision());
            if (order > 0) {
                add(topic, region, Kind.AHEAD, inLog, there, 0, "");
            } else if (HeadContent.of(newest) != HeadContent.of(head)) {
                if (order == 0) {
                    add(topic, region, Kind.DIFFERENT, inLog, there, 0, "");
                } else if (!isOnItsWay(head)) {
                    add(topic, region, Kind.BEHIND, inLog, there, 0, "");
                }
            }
        }

        private void comparePayloads(TopicHead newest, @Nullable Position inLog, FallbackRegion region) {
            Position there = new Position(newest.getTopic(), newest.getEpoch(), newest.getRevision());
            for (VersionRecord version : HeadContent.served(newest)) {
                for (Part part : version.getPartsList()) {
                    if (part.hasDirect() && part.getSize() > 0) {
                        payloads.incrementAndGet();
                        ByteString bytes = region.payload(part.getDirect().getPayloadId());
                        Kind kind = bytes == null
                                ? Kind.PAYLOAD_MISSING
                                : isOf(part, bytes) ? null : Kind.PAYLOAD_DIFFERENT;
                        if (kind != null) {
                            add(newest.getTopic(), region, kind, inLog, there, version.getVersion(), "");
                        }
                    }
                }
            }
        }

        private void add(
                String topic,
                FallbackRegion region,
                Kind kind,
                @Nullable Position inLog,
                @Nullable Position exported,
                long version,
                String detail) {
            found.add(new Difference(topic, region.name(), kind, inLog, exported, version, detail));
        }

        List<Difference> differences() {
            RuntimeException failure = failures.peek();
            if (failure != null) {
                throw failure;
            }
            return found.stream()
                    .sorted(Comparator.comparing(Difference::topic, FallbackRegion.ORDER)
                            .thenComparing(Difference::region)
                            .thenComparing(Difference::kind)
                            .thenComparing(Difference::version))
                    .collect(Collectors.toUnmodifiableList());
        }
    }

    private boolean isOnItsWay(TopicHead head) {
        return head.getLastEventMs() + ON_ITS_WAY.toMillis() > clock.millis();
    }

    private static boolean isOf(Part part, ByteString bytes) {
        return bytes.size() == part.getSize()
                && Arrays.equals(
                        Digests.sha256(bytes.toByteArray()), part.getSha256().toByteArray());
    }

    private static String message(RuntimeException e) {
        return Objects.requireNonNullElse(e.getMessage(), "");
    }
}
