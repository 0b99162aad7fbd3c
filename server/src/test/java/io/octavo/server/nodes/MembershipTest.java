package io.octavo.server.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MembershipTest {
    private final Table table = new Table();

    /** Nodes as they would be seen in the store's table. */
    private static final class Table implements NodeTable {
        private final List<Sighting> rows = new ArrayList<>();
        private boolean away;

        @Override
        public void write(Node node, Instant itsClock) {
            answer();
            remove(node.node());
            rows.add(new Sighting(node, Instant.EPOCH, itsClock.toEpochMilli()));
        }

        @Override
        public List<Sighting> read() {
            answer();
            return List.copyOf(rows);
        }

        @Override
        public void remove(String node) {
            answer();
            rows.removeIf(row -> row.node().node().equals(node));
        }

        private void answer() {
            if (away) {
                throw new IllegalStateException("away");
            }
        }
    }

    @Test
    void aNodeAloneTrustsItsClock() {
        Membership alone = node("a", 60_000);

        assertThat(alone.skewMillis()).isZero();
        assertThatCode(alone::checkClock).doesNotThrowAnyException();
    }

    @Test
    void followersAreToldOfTheNodesNowAndAtEveryBeat() {
        Membership a = node("a", 0);
        List<List<String>> told = new ArrayList<>();
        a.follow(nodes ->
                told.add(nodes.stream().map(NodeTable.Node::node).sorted().toList()));
        Membership b = node("b", 0);
        a.beat();
        table.away = true;
        a.beat();
        table.away = false;
        b.close();
        a.beat();

        assertThat(told).containsExactly(List.of("a"), List.of("a", "b"), List.of("a"));
    }

    @Test
    void aNodeSubscribesIfItHasTheRole() {
        assertThat(roles("subscribe").subscribes()).isTrue();
        assertThat(roles("publish,subscribe,housekeeping").subscribes()).isTrue();
        assertThat(roles("publish,housekeeping").subscribes()).isFalse();
        assertThat(roles("").subscribes()).isFalse();
    }

    private static NodeTable.Node roles(String roles) {
        return new NodeTable.Node("n", roles, "eu", "", "", Instant.EPOCH);
    }

    @Test
    void ofTwoClocksTheOneThatIsOffRefuses() {
        Membership right = node("right", 20);
        Membership fast = node("fast", 20_000);
        right.beat();

        assertThatCode(right::checkClock).doesNotThrowAnyException();
        assertThatThrownBy(fast::checkClock)
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessageContaining("fast")
                .hasMessageContaining("19980 ms");
    }

    @Test
    void ofManyClocksTheMedianIsRight() {
        Membership slow = node("slow", -9_000);
        node("b", 100_000);
        node("c", 100_010);
        slow.beat();

        assertThat(slow.skewMillis()).isEqualTo(-109_000);
        assertThatThrownBy(slow::checkClock).isInstanceOf(ServiceException.class);
    }

    @Test
    void aBeatThatFailsKeepsWhatWasKnown() {
        Membership node = node("a", 0);
        table.away = true;

        node.beat();
        node.close();

        assertThat(node.nodes()).hasSize(1);
    }

    @Test
    void itIsKnownHowLongAgoTheStoreAnswered() {
        Membership node = node("a", 0);
        assertThat(node.reachedStoreWithin(Duration.ZERO)).isTrue();
        Membership never = new Membership(
                table,
                new NodeTable.Node("b", "all", "eu", "", "", Instant.EPOCH),
                () -> Instant.EPOCH,
                new SimpleMeterRegistry());
        assertThat(never.reachedStoreWithin(Duration.ofDays(1))).isFalse();
    }

    @Test
    void aNodeThatHasLeftDoesNotComeBackWithABeatThatIsLate() {
        Membership node = node("a", 0);
        node.close();
        node.beat();
        assertThat(table.rows).isEmpty();
    }

    @Test
    void aNodeThatLeavesIsNotListed() {
        Membership node = node("a", 0);

        node.close();

        assertThat(table.rows).isEmpty();
    }

    private Membership node(String name, long clockMillis) {
        Membership membership = new Membership(
                table,
                new NodeTable.Node(name, "publish", "eu", "", "", Instant.EPOCH),
                InstantSource.fixed(Instant.ofEpochMilli(clockMillis)),
                new SimpleMeterRegistry());
        membership.beat();
        return membership;
    }
}
