package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.Fleets.applied;
import static io.octavo.server.subscribe.Fleets.consumer;
import static io.octavo.server.subscribe.Fleets.poll;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.octavo.protocol.ConsumerQuery;
import io.octavo.protocol.CountConsumersRequest;
import io.octavo.protocol.CountMovesRequest;
import io.octavo.protocol.ListConsumersRequest;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.TopicState;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a fleet costs: half of a hundred thousand instances with seven topics each, as each of two nodes sees it. */
class ConsumerMemoryTest {
    private static final int INSTANCES = 50_000;
    private static final int TOPICS = 7;
    private static final long MOST_BYTES = 50L << 20;
    private static final int ROUNDS = 200;

    private final HeadCache cache = new HeadCache(new TestClock());
    private final ConsumerRegistry registry = new ConsumerRegistry(
            cache, Duration.ZERO, MOST_BYTES, System::nanoTime, new AdoptionTimes(cache, new TestClock()));
    private final ConsumerQueries queries = new ConsumerQueries(registry, cache);

    ConsumerMemoryTest() {
        for (int i = 0; i < TOPICS; i++) {
            cache.put(TestHeads.head("catalogue.part-" + i, 7, 4));
        }
        cache.loaded();
    }

    @Test
    void aFleetFitsAndIsCountedAndListedQuickly() {
        long empty = usedBytes();
        for (int i = 0; i < INSTANCES; i++) {
            registry.heard(pollOf(i));
        }
        long used = usedBytes() - empty;
        System.out.printf(
                "%d instances of %d topics: %.1f MB, %d bytes each, taken for %d%n",
                registry.size(), TOPICS, used / 1e6, used / INSTANCES, registry.bytes() / INSTANCES);
        assertThat(registry.size()).isEqualTo(INSTANCES);
        assertThat(used).isLessThan(MOST_BYTES);
        assertThat(registry.bytes()).isBetween(used * 2 / 3, used * 3 / 2);
        ConsumerQuery query =
                ConsumerQuery.newBuilder().setTopic("catalogue.part-3").build();
        timed(
                "count",
                () -> queries.count(CountConsumersRequest.newBuilder()
                                .setQuery(query)
                                .setIdentities(true)
                                .build())
                        .getCounts(0)
                        .getInstances()
                        .getCount());
        timed(
                "page of one topic",
                () -> queries.list(ListConsumersRequest.newBuilder()
                                .setQuery(query)
                                .setLimit(1000)
                                .build())
                        .getConsumersCount());
        timed(
                "page of all topics",
                () -> queries.list(
                                ListConsumersRequest.newBuilder().setLimit(1000).build())
                        .getConsumersCount());
        timed(
                "moves",
                () -> queries.countMoves(CountMovesRequest.newBuilder()
                                .setBefore(TestHeads.head("catalogue.part-3", 7, 4))
                                .setAfter(TestHeads.head("catalogue.part-3", 8, 5))
                                .setIdentities(true)
                                .build())
                        .getMoves(0)
                        .getInstances()
                        .getCount());
    }

    @Test
    void aPollThatBringsNothingNewMakesNoGarbage() {
        List<PollRequest> polls = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            PollRequest poll = pollOf(i);
            registry.heard(poll);
            polls.add(pollOf(i));
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = 0;
        for (int round = 0; round < 2 * ROUNDS; round++) {
            before = round == ROUNDS ? threads.getCurrentThreadAllocatedBytes() : before;
            polls.forEach(registry::heard);
        }
        double bytes = (double) (threads.getCurrentThreadAllocatedBytes() - before) / ROUNDS / polls.size();
        System.out.printf("bytes per unchanged poll: %.2f%n", bytes);
        assertThat(bytes).isLessThan(8);
    }

    private static void timed(String what, LongSupplier work) {
        long start = System.nanoTime();
        long result = work.getAsLong();
        System.out.printf("%s: %d in %.0f ms%n", what, result, (System.nanoTime() - start) / 1e6);
        assertThat(result).isPositive();
    }

    private static PollRequest pollOf(int number) {
        return poll(
                consumer("app-" + number % 50, "app-" + number % 50 + "-7d4b9c6f5-" + number),
                IntStream.range(0, TOPICS)
                        .mapToObj(topic -> applied("catalogue.part-" + topic, 3))
                        .toArray(TopicState[]::new));
    }

    private static long usedBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
