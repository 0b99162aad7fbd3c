package io.octavo.server.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.server.nodes.NodeTable.Node;
import io.octavo.server.security.NodeSecret;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which nodes are called. Nobody listens at these addresses. */
class NodeCallsTest {
    private static final Node SELF = node("self", "publish,subscribe", "127.0.0.1:1", 0);

    private final NodeCalls calls =
            new NodeCalls(SELF, new NodeSecret(TestServer.secret(false, "")).shown(), new PeerTls("", null));

    @AfterEach
    void close() {
        calls.close();
    }

    @Test
    void theOtherNodesOfTheSubscribeRoleAreSubscribers() {
        calls.nodes(List.of(
                SELF,
                node("a", "subscribe", "127.0.0.1:2", 0),
                node("b", "publish,housekeeping", "127.0.0.1:3", 0),
                node("c", "publish,subscribe,housekeeping", "https://127.0.0.1:4", 0),
                node("d", "subscribe", "", 0)));
        assertThat(names()).containsExactlyInAnyOrder("a", "c");
    }

    @Test
    void aNodeWhoseRowStaysTheSameKeepsItsConnectionAndOneThatWasStartedAgainGetsANewOne() {
        calls.nodes(List.of(node("a", "subscribe", "127.0.0.1:2", 0)));
        Peer first = calls.subscribers().get(0);
        calls.nodes(List.of(SELF, node("a", "subscribe", "127.0.0.1:2", 0)));
        assertThat(calls.subscribers()).containsExactly(first);
        calls.nodes(List.of(SELF, node("a", "subscribe", "127.0.0.1:2", 1)));
        assertThat(calls.subscribers()).hasSize(1).doesNotContain(first);
    }

    @Test
    void anAddressWithSeveralRowsIsThatOfTheNewestNode() {
        calls.nodes(List.of(
                node("old-name", "subscribe", "127.0.0.1:2", 1),
                node("new-name", "subscribe", "127.0.0.1:2", 2),
                node("own-old-name", "subscribe", "127.0.0.1:1", 1)));
        assertThat(names()).containsExactly("new-name");
    }

    @Test
    void aNodeThatGivesOutTheAddressOfThisOneIsNotCalled() {
        calls.nodes(List.of(SELF, node("a", "subscribe", "127.0.0.1:1", 5)));
        assertThat(names()).isEmpty();
    }

    @Test
    void followersAreToldAtOnceAndOfEachChangeAlone() {
        List<Integer> told = new ArrayList<>();
        calls.follow(peers -> told.add(peers.size()));
        calls.nodes(List.of(node("a", "subscribe", "127.0.0.1:2", 0)));
        calls.nodes(List.of(node("a", "subscribe", "127.0.0.1:2", 0)));
        calls.nodes(List.of());
        assertThat(told).containsExactly(0, 1, 0);
    }

    @Test
    void anAddressThatIsNoneTakesNoOtherNodeAway() {
        calls.nodes(List.of(
                node("wrong", "subscribe", "no address at all:-1", 0), node("a", "subscribe", "127.0.0.1:2", 0)));
        assertThat(names()).contains("a");
    }

    @Test
    void afterTheEndNobodyIsCalled() {
        calls.close();
        calls.nodes(List.of(node("a", "subscribe", "127.0.0.1:2", 0)));
        assertThat(calls.subscribers()).isEmpty();
    }

    private List<String> names() {
        return calls.subscribers().stream().map(peer -> peer.node().node()).toList();
    }

    private static Node node(String name, String roles, String grpc, long started) {
        return TestServer.node(name, roles, grpc, Instant.ofEpochMilli(started));
    }
}
