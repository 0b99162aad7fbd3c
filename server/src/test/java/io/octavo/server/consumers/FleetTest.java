package io.octavo.server.consumers;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.ConsumerQuery;
import io.octavo.protocol.ConsumerSighting;
import io.octavo.protocol.CountAdoptionsResponse;
import io.octavo.protocol.CountConsumersResponse;
import io.octavo.protocol.CountMovesResponse;
import io.octavo.protocol.ListConsumersResponse;
import io.octavo.protocol.ListUsedTopicsRequest;
import io.octavo.protocol.ListUsedTopicsResponse;
import io.octavo.protocol.Pin;
import io.octavo.protocol.Publication;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Scopes;
import io.octavo.server.consumers.ConsumerCounts.Failure;
import io.octavo.server.consumers.ConsumerCounts.Group;
import io.octavo.server.grpc.GrpcFixture;
import io.octavo.server.nodes.NodeTable.Node;
import io.octavo.server.peers.NodeCalls;
import io.octavo.server.peers.NodeService;
import io.octavo.server.peers.Peer;
import io.octavo.server.peers.PeerTls;
import io.octavo.server.security.NodeSecret;
import io.octavo.server.security.SecurityConfig;
import io.octavo.server.subscribe.TestConsumers;
import io.octavo.server.topic.Impact;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** This node and others, over loopback. */
@Timeout(30)
class FleetTest {
    private static final TopicHead SIX = head(6).build();
    private static final ConsumerQuery OF_T =
            ConsumerQuery.newBuilder().setTopic("t").build();

    private final List<GrpcFixture> servers = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final NodeCalls calls = new NodeCalls(
            new Node("self", "publish,subscribe", "eu", "", "127.0.0.1:1", Instant.EPOCH),
            new NodeSecret(new SecurityConfig(false, "", "", Duration.ZERO)).shown(),
            new PeerTls("", null));
    private long nanos = 1;
    private final InstantSource clock = () -> Instant.EPOCH.plusNanos(nanos);
    private final TestConsumers here = new TestConsumers(put -> put.accept(SIX), () -> nanos, clock);
    private final TestConsumers there = new TestConsumers(put -> put.accept(SIX), () -> nanos, clock);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Fleet fleet = new Fleet(here, calls::subscribers, () -> nodes.size() + 1, meters);
    private final CountDownLatch never = new CountDownLatch(1);

    @AfterEach
    void stop() {
        never.countDown();
        calls.close();
        servers.forEach(GrpcFixture::close);
    }

    @Test
    void consumersOfAllNodesAreListedInOneOrder() throws Exception {
        serve(there);
        for (int i = 0; i < 6; i++) {
            (i % 2 == 0 ? here : there).poll("app=recs", "i" + i, "t", 6, RunState.APPLIED, "");
        }
        ConsumerPage first = fleet.list(OF_T, 4, null);
        assertThat(instances(first)).containsExactly("i0", "i1", "i2", "i3");
        assertThat(first.coverage()).isEqualTo(new Coverage(2, 2, 0));
        ConsumerPage second = fleet.list(OF_T, 4, first.next());
        assertThat(instances(second)).containsExactly("i4", "i5");
        assertThat(second.next()).isNull();
    }

    @Test
    void anInstanceThatMovedIsSeenWhereItPolledLast() throws Exception {
        serve(there);
        there.poll("app=recs", "moved", "t", 5, RunState.FAILED, "broken");
        there.poll("app=recs", "stays", "t", 5, RunState.FAILED, "broken");
        nanos += 2_000_000_000L;
        here.poll("app=recs", "moved", "t", 6, RunState.APPLIED, "");
        assertThat(fleet.list(OF_T, 10, null).consumers())
                .extracting(ConsumerSighting::getVersion)
                .containsExactly(6L, 5L);
        ConsumerQuery failed = OF_T.toBuilder().setState(RunState.FAILED).build();
        assertThat(instances(fleet.list(failed, 10, null))).containsExactly("stays");
        assertThat(instances(fleet.list(OF_T.toBuilder().setLagging(true).build(), 10, null)))
                .containsExactly("stays");
        assertThat(fleet.count(OF_T).groups())
                .containsExactly(new Group(6, 6, RunState.APPLIED, 1), new Group(5, 6, RunState.FAILED, 1));
    }

    @Test
    void countsOfAllNodesAreOne() throws Exception {
        serve(there);
        here.poll("app=recs", "a", "t", 6, RunState.APPLIED, "");
        there.poll("app=recs", "b", "t", 6, RunState.APPLIED, "");
        there.poll("app=recs", "c", "t", 5, RunState.FAILED, "broken");
        here.poll("app=recs", "d", "t", 5, RunState.FAILED, "broken");
        ConsumerCounts counts = fleet.count(OF_T);
        assertThat(counts.groups())
                .containsExactly(new Group(6, 6, RunState.APPLIED, 2), new Group(5, 6, RunState.FAILED, 2));
        assertThat(counts.failures()).containsExactly(new Failure("broken", 2));
        assertThat(counts.revision()).isEqualTo(SIX.getRevision());
        assertThat(counts.coverage().isComplete()).isTrue();
    }

    @Test
    void adoptionsOnAllNodesAreOne() throws Exception {
        serve(there);
        for (TestConsumers node : List.of(here, there)) {
            node.poll("app=recs", node == here ? "a" : "b", "t", 5, RunState.APPLIED, "");
        }
        here.poll("app=recs", "c", "t", 5, RunState.APPLIED, "");
        nanos = 3_000_000_000L;
        here.poll("app=recs", "a", "t", 6, RunState.APPLIED, "");
        nanos = 8_000_000_000L;
        there.poll("app=recs", "b", "t", 6, RunState.APPLIED, "");
        there.poll("app=recs", "c", "t", 5, RunState.APPLIED, "");
        Adoptions adoptions = fleet.adoptions("t");
        assertThat(adoptions.coverage().isComplete()).isTrue();
        assertThat(adoptions.adoptions()).singleElement().satisfies(adoption -> {
            assertThat(adoption.given()).isEqualTo(new Given(6, 1_000, false));
            assertThat(adoption.adopted()).isEqualTo(2);
            assertThat(adoption.running()).isEqualTo(2);
            assertThat(adoption.lagging()).isEqualTo(1);
            assertThat(adoption.after(33)).isBetween(Duration.ofSeconds(2), Duration.ofMillis(2_400));
            assertThat(adoption.after(66)).isEqualTo(Duration.ofSeconds(7));
            assertThat(adoption.after(67)).isNull();
            assertThat(requireNonNull(adoption.slowest()).getInstance()).isEqualTo("b");
        });
    }

    @Test
    void aNodeThatDoesNotAnswerIsLeftOutAndTold() throws Exception {
        serve(new NodeService.Consumers(
                request -> hang(ListConsumersResponse.getDefaultInstance()),
                request -> hang(CountConsumersResponse.getDefaultInstance()),
                request -> hang(CountMovesResponse.getDefaultInstance()),
                request -> hang(CountAdoptionsResponse.getDefaultInstance()),
                request -> hang(ListUsedTopicsResponse.getDefaultInstance())));
        here.poll("app=recs", "a", "t", 6, RunState.APPLIED, "");
        assertThat(fleet.count(OF_T).coverage()).isEqualTo(new Coverage(1, 2, 0));
        assertThat(meters.counter("octavo.consumers.asked", "outcome", "silent").count())
                .isEqualTo(1);
        CountedImpact impact = fleet.count(Impact.between(SIX, head(7).build()), SIX, head(7).build());
        assertThat(impact.isAtLeast()).isTrue();
        assertThat(impact.moves()).containsExactly(new CountedImpact.Move(new Impact(Scopes.GLOBAL, 6, 7, null), 1L));
        UsedTopics used = fleet.usedTopics();
        assertThat(used.isComplete()).isFalse();
        assertThat(used.ago()).containsOnlyKeys("t");
    }

    @Test
    void aTopicWasUsedWhenAnyOfTheNodesSawItLast() throws Exception {
        serve(there);
        there.poll("app=recs", "a", "t", 6, RunState.APPLIED, "");
        assertThat(fleet.usedTopics().ago()).containsOnlyKeys("t");
        here.poll("app=recs", "b", "unknown", 6, RunState.APPLIED, "");
        assertThat(fleet.usedTopics().ago()).as("topics that there are").containsOnlyKeys("t");
        assertThat(fleet.usedTopics().isComplete()).isTrue();
    }

    @Test
    void aNodeThatCanNotBeCalledIsToldToo() {
        assertThat(new Fleet(here, List::of, () -> 2, meters).count(OF_T).coverage())
                .isEqualTo(new Coverage(1, 2, 0));
        assertThat(new Fleet(null, List::of, () -> 0, meters)
                        .count(OF_T)
                        .coverage()
                        .isComplete())
                .isFalse();
    }

    @Test
    void whereNobodyAnswersNobodyCounts() {
        CountedImpact impact = new Fleet(null, List::of, () -> 1, meters)
                .count(Impact.between(SIX, head(7).build()), SIX, head(7).build());
        assertThat(impact.moves()).containsExactly(new CountedImpact.Move(new Impact(Scopes.GLOBAL, 6, 7, null), null));
    }

    @Test
    void instancesAreCountedWhereTheyMove() throws Exception {
        serve(there);
        here.poll("region=eu", "a", "t", 6, RunState.APPLIED, "");
        there.poll("region=eu,app=shop", "b", "t", 6, RunState.APPLIED, "");
        there.poll("region=us,app=shop", "c", "t", 6, RunState.APPLIED, "");
        there.poll("region=us", "d", "t", 6, RunState.APPLIED, "");
        here.poll("region=us", "e", "other", 6, RunState.APPLIED, "");
        TopicHead before = head(6).addPins(pin(3, "app=shop")).build();
        TopicHead after = head(7).addPins(pin(3, "app=shop"))
                .addPins(pin(5, "region=eu"))
                .addPins(pin(4, "region=eu,app=shop"))
                .build();
        assertThat(fleet.count(Impact.between(before, after), before, after).moves())
                .containsExactly(
                        new CountedImpact.Move(new Impact(Scopes.GLOBAL, 6, 7, null), 1L),
                        new CountedImpact.Move(new Impact(Scopes.parse("region=eu"), 6, 5, null), 1L),
                        new CountedImpact.Move(new Impact(Scopes.parse("region=eu,app=shop"), 3, 4, null), 1L));
    }

    @Test
    void whoBelongsToSeveralScopesIsTold() {
        here.poll("region=eu,app=shop", "a", "t", 6, RunState.APPLIED, "");
        TopicHead before = head(6).addPins(pin(3, "app=shop")).build();
        TopicHead after = head(6).addPins(pin(4, "region=eu")).build();
        assertThat(fleet.count(Impact.between(before, after), before, after).moves())
                .contains(new CountedImpact.Move(new Impact(Scopes.parse("region=eu,app=shop"), 3, 4, null), 1L));
    }

    private <A> A hang(A answer) {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return answer;
    }

    private void serve(ConsumerReports reports) throws Exception {
        serve(new NodeService.Consumers(
                reports::list, reports::count, reports::countMoves, reports::countAdoptions, reports::listUsed));
        // The first answer waits for a connection, which may take longer than who asks has patience.
        for (Peer peer : calls.subscribers()) {
            var unused = peer.calls(Duration.ofSeconds(20))
                    .listUsedTopics(ListUsedTopicsRequest.getDefaultInstance())
                    .get();
        }
    }

    private void serve(NodeService.Consumers consumers) throws IOException {
        GrpcFixture server = GrpcFixture.of(List.of(new NodeService(hint -> {}, consumers)), Set.of());
        servers.add(server);
        nodes.add(new Node(
                "node-" + servers.size(),
                "subscribe",
                "eu",
                "",
                server.channel().authority(),
                Instant.EPOCH));
        calls.nodes(nodes);
    }

    private static List<String> instances(ConsumerPage page) {
        return page.consumers().stream()
                .map(each -> each.getConsumer().getInstance())
                .toList();
    }

    private static TopicHead.Builder head(long version) {
        return TopicHead.newBuilder()
                .setFormat(1)
                .setTopic("t")
                .setEpoch(1)
                .setRevision(version)
                .addPublications(Publication.newBuilder()
                        .setVersion(version)
                        .setScope(Scopes.GLOBAL)
                        .setAtMs(1_000));
    }

    private static Pin pin(long version, String scope) {
        return Pin.newBuilder()
                .setVersion(version)
                .setScope(Scopes.parse(scope))
                .build();
    }
}
