package io.octavo.server.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.octavo.server.nodes.NodeTable.Node;
import io.octavo.server.payload.DirectPayloads;
import io.octavo.server.payload.MissingPayload;
import io.octavo.server.topic.ChangeFeed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CassandraStoresIT {
    private static CassandraStore store;

    @BeforeAll
    static void open() {
        store = TestCassandra.open(TestCassandra.config(TestCassandra.shared()));
    }

    @AfterAll
    static void close() {
        store.close();
    }

    @Test
    void aDirectPayloadOfAnySizeComesBackAsItWas() {
        for (int size : List.of(0, 1, 1_000, DirectPayloads.LIMIT - 1)) {
            byte[] bytes = new byte[size];
            new Random(size).nextBytes(bytes);
            store.payloads().store(100 + size, ByteString.copyFrom(bytes));

            assertThat(store.payloads().read(100 + size).toByteArray()).isEqualTo(bytes);
        }
    }

    @Test
    void aDirectPayloadThatIsNotThereIsMissingUntilItIsStored() {
        assertThatThrownBy(() -> store.payloads().read(7)).isInstanceOf(MissingPayload.class);
        assertThatThrownBy(() -> store.payloads().read(7)).isInstanceOf(MissingPayload.class);

        assertThat(store.payloads().has(7)).isFalse();

        store.payloads().store(7, ByteString.copyFromUtf8("seven"));
        assertThat(store.payloads().has(7)).isTrue();
        assertThat(store.payloads().read(7)).isEqualTo(ByteString.copyFromUtf8("seven"));

        store.payloads().delete(7);
        assertThat(store.payloads().has(7)).isFalse();
        assertThatThrownBy(() -> store.payloads().read(7)).isInstanceOf(MissingPayload.class);
    }

    @Test
    void theEpochStandsUntilItIsReplacedByWhoKnowsIt() {
        long first = store.epoch().read();
        assertThat(first).isPositive();
        assertThat(store.epoch().read()).isEqualTo(first);
        assertThat(store.epoch().replace(first - 1, first + 10)).isFalse();
        assertThat(store.epoch().read()).isEqualTo(first);
        assertThat(store.epoch().replace(first, first + 10)).isTrue();
        assertThat(store.epoch().replace(first, first + 10)).as("asked again").isTrue();
        assertThat(store.epoch().replace(first, first + 20)).isFalse();
        assertThat(store.log().epoch()).as("of topics made from now on").isEqualTo(first + 10);
    }

    @Test
    void changesAreFoundInTheBucketOfTheirTime() {
        long before = System.currentTimeMillis();
        store.changes().append("a", 1);
        store.changes().append("b", 5);
        long after = System.currentTimeMillis();

        List<ChangeFeed.Change> found = new java.util.ArrayList<>();
        for (long bucket = before / ChangeFeed.BUCKET_MILLIS; bucket <= after / ChangeFeed.BUCKET_MILLIS; bucket++) {
            found.addAll(store.changes().read(bucket));
        }
        assertThat(found).extracting(ChangeFeed.Change::topic).containsExactly("a", "b");
        assertThat(found).extracting(ChangeFeed.Change::revision).containsExactly(1L, 5L);
        assertThat(found).extracting(ChangeFeed.Change::atMillis).allMatch(at -> at >= before && at <= after);
    }

    @Test
    void aNodesRowTellsHowFarItsClockIsOff() {
        Instant started = Instant.ofEpochMilli(1_000_000);
        Node right = new Node("right", "publish", "eu", "http://a", "a:1", started);
        Node fast = new Node("fast", "subscribe", "us", "", "", started);
        store.nodes().write(right, Instant.now());
        store.nodes().write(fast, Instant.now().plusSeconds(60));

        var rows = store.nodes().read();

        assertThat(rows).extracting(row -> row.node()).containsExactlyInAnyOrder(right, fast);
        for (var row : rows) {
            long expected = row.node().equals(fast) ? 60_000 : 0;
            assertThat(row.skewMillis()).isBetween(expected - 30_000, expected + 30_000);
        }
        store.nodes().remove("fast");
        assertThat(store.nodes().read()).extracting(row -> row.node()).containsExactly(right);
    }

    @Test
    void aStoreThatAnswersPassesItsCheck() {
        store.check(Duration.ofSeconds(5));
        store.uploads().started("topic", 1, true);
    }
}
