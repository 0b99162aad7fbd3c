package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Hint;
import io.octavo.protocol.TopicHead;
import io.octavo.server.topic.TopicLog.Read;
import org.junit.jupiter.api.Test;

/** What a hint of a publish node does. */
class CacheHintsTest {
    private final Refreshing node = new Refreshing();
    private final TestClock clock = node.clock;
    private final FaultyLog log = node.log;
    private final HeadCache cache = node.cache;
    private final SimpleMeterRegistry meters = node.meters;
    private final CacheRefresh refresh = node.refresh;

    @Test
    void hintedHeadIsTakenIfItIsNewer() {
        log.publish("a", 1);
        log.publish("a", 2);
        refresh.tick();
        assertThat(refresh.hint(hint(TestHeads.head("a", 3, 3)))).isFalse();
        assertThat(refresh.hint(hint(TestHeads.head("b", 1, 1)))).isFalse();
        refresh.hint(hint(TestHeads.head("a", 2, 7)));
        refresh.hint(hint(TestHeads.head("a", 3, 7)));
        refresh.hint(hint(TestHeads.head("a", 9, 7).toBuilder()
                .setEpoch(TestHeads.EPOCH - 1)
                .build()));
        assertThat(node.version("a")).isEqualTo(3);
        assertThat(node.version("b")).isEqualTo(1);
        assertThat(log.headReads()).isEmpty();
        assertThat(meters.counter("octavo.cache.hinted").count()).isEqualTo(2);
    }

    @Test
    void hintWithoutAHeadHasItReadAtOnce() {
        log.publish("a", 1);
        refresh.tick();
        log.feedDrops(true);
        log.publish("a", 2);
        assertThat(refresh.hint(position("a", 2))).isTrue();
        refresh.tick();
        assertThat(node.version("a")).isEqualTo(2);
        assertThat(refresh.hint(position("a", 2))).isFalse();
        assertThat(refresh.hint(position("a", 1))).isFalse();
        assertThat(refresh.behind()).isZero();
    }

    @Test
    void hintOfATopicThatDoesNotExistIsForgottenAfterASerialRead() {
        log.publish("a", 1);
        refresh.tick();
        refresh.hint(position("none", 1));
        refresh.hint(position("a", Long.MAX_VALUE));
        for (int i = 0; i < 12; i++) {
            node.tick();
        }
        assertThat(refresh.behind()).isZero();
        assertThat(cache.head("none")).isNull();
        assertThat(log.headReads()).hasSize(16).endsWith(Read.SERIAL, Read.SERIAL);
    }

    @Test
    void hintIsNotForgottenWhileTheLogIsAway() {
        log.publish("a", 1);
        refresh.tick();
        log.feedDrops(true);
        log.publish("a", 2);
        log.logAway(true);
        refresh.hint(position("a", 2));
        for (int i = 0; i < 20; i++) {
            node.tick();
        }
        log.logAway(false);
        node.tick();
        assertThat(node.version("a")).isEqualTo(2);
    }

    @Test
    void whatTheFeedNamesIsNotForgottenBecauseAHintNamedLess() {
        refresh.tick();
        refresh.hint(position("late", 1));
        log.notice("late", 2, clock.instant());
        for (int i = 0; i < 30; i++) {
            node.tick();
        }
        assertThat(refresh.behind()).isEqualTo(1);
        log.feedDrops(true);
        log.publish("late", 1);
        log.publish("late", 2);
        node.tick();
        assertThat(node.version("late")).isEqualTo(2);
    }

    @Test
    void moreHintsThanCanBeReadAreLeftToTheFeed() {
        refresh.tick();
        for (int i = 0; i < 5000; i++) {
            refresh.hint(position("t" + i, 1));
        }
        assertThat(refresh.behind()).isEqualTo(1000);
        log.publish("t4999", 1);
        node.tick();
        assertThat(node.version("t4999")).isEqualTo(1);
    }

    @Test
    void beforeTheCacheIsLoadedHintsHaveNothingRead() {
        log.logAway(true);
        refresh.tick();
        assertThat(refresh.hint(position("a", 1))).isFalse();
        assertThat(refresh.behind()).isZero();
    }

    private static Hint hint(TopicHead head) {
        return position(head.getTopic(), head.getRevision()).toBuilder()
                .setEpoch(head.getEpoch())
                .setHead(head)
                .build();
    }

    private static Hint position(String topic, long revision) {
        return Hint.newBuilder()
                .setTopic(topic)
                .setEpoch(TestHeads.EPOCH)
                .setRevision(revision)
                .build();
    }
}
