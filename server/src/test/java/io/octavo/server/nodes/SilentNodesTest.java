package io.octavo.server.nodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.octavo.server.nodes.NodeTable.Node;
import io.octavo.server.nodes.NodeTable.Sighting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SilentNodesTest {
    private Instant now = Instant.parse("2026-03-01T12:00:00Z");
    private final SilentNodes silent = new SilentNodes(Node::subscribes, Duration.ofHours(6), () -> now);

    @Test
    void aNodeThatLeavesIsNotMissed() {
        see(4, "a", "b");
        pass(5);
        see(4, "b");
        assertThat(silent.any()).isFalse();
    }

    @Test
    void aNodeWhoseRowExpiresIsMissedUntilItIsBackOrLongGone() {
        see(0, "a", "b");
        pass(30);
        see(0, "b");
        assertThat(silent.any()).isTrue();
        assertThat(silent.all())
                .containsExactly(new SilentNodes.Silent(
                        "a", now.minusSeconds(30), now.minusSeconds(30).plus(Duration.ofHours(6))));
        pass(5);
        see(0, "b");
        assertThat(silent.any()).isTrue();
        see(0, "a", "b");
        assertThat(silent.any()).isFalse();
        pass(30);
        see(0, "b");
        pass(Duration.ofHours(6).toSeconds() - 30);
        see(0, "b");
        assertThat(silent.any()).isTrue();
        pass(1);
        assertThat(silent.any()).isFalse();
        see(0, "b");
        assertThat(silent.any()).isFalse();
    }

    @Test
    void nodesOfOtherRolesDoNotMatter() {
        silent.see(List.of(new Sighting(node("p", "publish,housekeeping"), now, 0)));
        pass(30);
        silent.see(List.of());
        assertThat(silent.any()).isFalse();
    }

    @Test
    void aNodeThatHasJustStartedIsYoungForAWhile() {
        assertThat(silent.isAnyYoungerThan(Duration.ofSeconds(90))).isFalse();
        Node node = new Node("a", "subscribe", "eu", "", "", now);
        silent.see(List.of(new Sighting(node, now, 0), new Sighting(node("b", "subscribe"), now, 0)));
        pass(89);
        assertThat(silent.isAnyYoungerThan(Duration.ofSeconds(90))).isTrue();
        pass(1);
        assertThat(silent.isAnyYoungerThan(Duration.ofSeconds(90))).isFalse();
        pass(-1);
        see(0, "b");
        assertThat(silent.isAnyYoungerThan(Duration.ofSeconds(90)))
                .as("it has left")
                .isFalse();
    }

    private void see(int secondsAgo, String... nodes) {
        silent.see(Stream.of(nodes)
                .map(name -> new Sighting(node(name, "subscribe"), now.minusSeconds(secondsAgo), 0))
                .toList());
    }

    private static Node node(String name, String roles) {
        return new Node(name, roles, "eu", "", "", Instant.EPOCH);
    }

    private void pass(long seconds) {
        now = now.plusSeconds(seconds);
    }
}
