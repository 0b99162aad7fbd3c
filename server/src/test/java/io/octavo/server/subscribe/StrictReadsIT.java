package io.octavo.server.subscribe;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.GetLatestRequest;
import io.octavo.protocol.Part;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.SubscribeServiceGrpc.SubscribeServiceBlockingStub;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Scopes;
import io.octavo.server.cassandra.CassandraConfig;
import io.octavo.server.cassandra.CassandraStore;
import io.octavo.server.cassandra.TestCassandra;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.fallback.NoFallback;
import io.octavo.server.grpc.GrpcFixture;
import io.octavo.server.reads.Freshness;
import io.octavo.server.topic.BoundedPatience;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog.Read;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/**
 * Two nodes over one Cassandra, publishers and strict readers on both: all that they did and saw can have happened one
 * after another. A reader of a node that hears of nothing shows that the check would notice.
 */
class StrictReadsIT {
    private static final int TOPICS = 3;
    private static final int WRITERS = 2;
    private static final int READERS = 3;
    private static final int LEAST_WRITES = 15;
    private static final int LEAST_READS = 50;
    private static final Duration LEAST_TIME = Duration.ofSeconds(3);
    private static final Duration MOST_TIME = Duration.ofSeconds(60);

    private static final CassandraConfig CONFIG = TestCassandra.config(TestCassandra.shared());

    private static List<Node> nodes = List.of();

    private final List<VersionedHistory> histories = new ArrayList<>();
    private final List<VersionedHistory> withStaleReads = new ArrayList<>();

    /** A node that publishes and is subscribed to. */
    private static final class Node implements AutoCloseable {
        private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        private final CassandraStore store = TestCassandra.open(CONFIG, meters);
        private final SubscribeRole role = new SubscribeRole(
                store.log(),
                store.changes(),
                new MapPayloads(),
                new SubscribeConfig(
                        Duration.ofMinutes(1), DataSize.ofMegabytes(1), DataSize.ofMegabytes(32), Duration.ZERO),
                new HeldConfig(DataSize.ofMegabytes(1), 1000, DataSize.ofMegabytes(1), DataSize.ofMegabytes(1)),
                new ConsumersConfig(DataSize.ofMegabytes(1)),
                NoFallback.cache(),
                "eu",
                InstantSource.system(),
                new Random(),
                meters);
        private final TopicCommits commits = new TopicCommits(
                store.log(),
                () -> {},
                head -> {
                    role.hint(head);
                    store.changes().append(head.getTopic(), head.getRevision());
                },
                InstantSource.system(),
                BoundedPatience.within(Duration.ofSeconds(3)),
                meters);
        private final GrpcFixture grpc;
        private final SubscribeServiceBlockingStub stub;

        Node() throws IOException {
            grpc = GrpcFixture.of(List.of(role.service()), SubscribeRole.ON_TRANSPORT);
            stub = SubscribeServiceGrpc.newBlockingStub(grpc.channel());
        }

        void load() {
            store.log().forEachHead(role.cache()::put);
            role.cache().loaded();
        }

        long publish(String topic, @Nullable Long expectedVersion) {
            PublishVersion publish = new PublishVersion(
                    List.of(Part.getDefaultInstance()),
                    Map.of(),
                    List.of(Scopes.GLOBAL),
                    expectedVersion,
                    false,
                    null,
                    0,
                    "");
            return commits.commit(topic, publish, "tester", null).revision();
        }

        long revision(String topic, long minRevision, boolean strict) {
            return stub.withDeadlineAfter(20, TimeUnit.SECONDS)
                    .getLatest(GetLatestRequest.newBuilder()
                            .setTopic(topic)
                            .setMinRevision(minRevision)
                            .setStrict(strict)
                            .build())
                    .getHead()
                    .getRevision();
        }

        double calls() {
            return meters.find("octavo.cassandra").timers().stream()
                    .mapToLong(Timer::count)
                    .sum();
        }

        @Override
        public void close() {
            grpc.close();
            role.close();
            store.close();
        }
    }

    @BeforeAll
    static void open() throws IOException {
        nodes = List.of(new Node(), new Node(), new Node());
    }

    @AfterAll
    static void close() {
        nodes.forEach(Node::close);
    }

    @Test
    void strictReadsOfTwoNodesCanHaveHappenedOneAfterAnotherAndStaleOnesCanNot() throws Exception {
        Node one = nodes.get(0);
        Node other = nodes.get(1);
        Node deaf = nodes.get(2);
        for (int i = 0; i < TOPICS; i++) {
            histories.add(new VersionedHistory());
            withStaleReads.add(new VersionedHistory());
            long began = System.nanoTime();
            wrote(i, began, one.publish("t" + i, null));
        }
        nodes.forEach(Node::load);
        one.role.start();
        other.role.start();

        ExecutorService threads = Executors.newCachedThreadPool();
        long start = System.nanoTime();
        BooleanSupplier goesOn = () -> goesOn(System.nanoTime() - start);
        List<Future<?>> all = new ArrayList<>();
        for (Node node : List.of(one, other)) {
            for (int i = 0; i < WRITERS; i++) {
                boolean isBlind = i % 2 == 0;
                all.add(threads.submit(() -> write(node, node == one ? other : one, isBlind, goesOn)));
            }
            for (int i = 0; i < READERS; i++) {
                all.add(threads.submit(() -> read(node, deaf, goesOn)));
            }
        }
        try {
            for (Future<?> thread : all) {
                thread.get();
            }
        } finally {
            threads.shutdownNow();
        }

        for (int i = 0; i < TOPICS; i++) {
            // Of each topic there is one at least.
            readStale(i, deaf);
            VersionedHistory history = histories.get(i);
            System.out.println("strict reads of t" + i + ": " + history.reads() + " reads, " + history.writes()
                    + " writes and " + history.unknownWrites() + " of unknown outcome");
            assertThat(history.violation()).as("t" + i).isNull();
            assertThat(history.writes()).isGreaterThanOrEqualTo(LEAST_WRITES);
            assertThat(history.reads()).isGreaterThanOrEqualTo(LEAST_READS);
            assertThat(withStaleReads.get(i).violation()).as("t" + i).contains("went back: read of revision 1");
        }
        for (Node node : List.of(one, other)) {
            System.out.println("strict reads, in the log: "
                    + node.meters
                            .get("octavo.reads.shared")
                            .tag("read", "strict")
                            .tag("outcome", "ok")
                            .timer()
                            .takeSnapshot());
        }
    }

    @Test
    void aThousandStrictReadsAtOnceAreAFewOfTheLog() {
        Node node = nodes.get(2);
        long revision = node.publish("stampede", null);
        double before = node.calls();
        List<CompletableFuture<TopicHead>> asked = IntStream.range(0, 1_000)
                .mapToObj(i -> node.role.reads().fresh().of("stampede", new Freshness(0, true), Duration.ofSeconds(20)))
                .toList();
        assertThat(asked)
                .allSatisfy(answer -> assertThat(answer.join().getRevision()).isEqualTo(revision));
        System.out.println("strict reads, 1000 at once: " + (node.calls() - before) + " of the log");
        assertThat(node.calls() - before).isBetween(1.0, 10.0);
    }

    @Test
    void pollsOfUnknownTopicsAreNoRequestsToCassandra() {
        Node quiet = nodes.get(2);
        quiet.load();
        double before = quiet.calls();
        for (int i = 0; i < 500; i++) {
            var unused = quiet.stub.poll(PollRequest.newBuilder()
                    .addTopics(TopicState.newBuilder().setTopic("unknown-" + i))
                    .build());
        }
        assertThat(quiet.calls()).isEqualTo(before);
        assertThat(quiet.store.log().head("unknown-1", Read.LOCAL)).isNull();
        assertThat(quiet.calls()).as("what is counted").isEqualTo(before + 1);
    }

    /** For a while, and until there is enough to check. */
    private boolean goesOn(long nanos) {
        return nanos < LEAST_TIME.toNanos() || (nanos < MOST_TIME.toNanos() && !isEnough());
    }

    private boolean isEnough() {
        return histories.stream()
                .allMatch(history -> history.writes() >= LEAST_WRITES && history.reads() >= LEAST_READS);
    }

    /** Each revision that is acknowledged here is asked of the other node. */
    private void write(Node node, Node other, boolean isBlind, BooleanSupplier goesOn) {
        Random random = new Random();
        while (goesOn.getAsBoolean()) {
            int i = random.nextInt(TOPICS);
            Long expected = isBlind
                    ? null
                    : (Long) requireNonNull(node.role.cache().loadedHead("t" + i))
                            .getNewestVersion();
            long began = System.nanoTime();
            try {
                long revision = node.publish("t" + i, expected);
                wrote(i, began, revision);
                assertThat(other.revision("t" + i, revision, false)).isGreaterThanOrEqualTo(revision);
            } catch (ServiceException e) {
                if (e.code() != ErrorCode.VERSION_CONFLICT) {
                    histories.get(i).wroteMaybe(began);
                    withStaleReads.get(i).wroteMaybe(began);
                }
            } catch (StatusRuntimeException e) {
                assertRefused(e);
            }
        }
    }

    private void wrote(int topic, long began, long revision) {
        long ended = System.nanoTime();
        histories.get(topic).wrote(began, ended, revision);
        withStaleReads.get(topic).wrote(began, ended, revision);
    }

    private void read(Node node, Node deaf, BooleanSupplier goesOn) {
        Random random = new Random();
        for (int read = 0; goesOn.getAsBoolean(); read++) {
            int i = random.nextInt(TOPICS);
            long began = System.nanoTime();
            try {
                long revision = node.revision("t" + i, 0, true);
                histories.get(i).read(began, System.nanoTime(), revision);
                if (read % 10 == 0) {
                    readStale(i, deaf);
                }
            } catch (StatusRuntimeException e) {
                assertRefused(e);
            }
        }
    }

    private void readStale(int topic, Node deaf) {
        long began = System.nanoTime();
        long stale = deaf.revision("t" + topic, 0, false);
        withStaleReads.get(topic).read(began, System.nanoTime(), stale);
    }

    /** Refused in time is not wrong; the counts show that it isn't the rule. */
    private static void assertRefused(StatusRuntimeException e) {
        assertThat(e.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    }
}
