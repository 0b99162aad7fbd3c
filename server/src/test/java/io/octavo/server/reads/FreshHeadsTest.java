package io.octavo.server.reads;

import static io.octavo.server.reads.SharedReadsTest.refusal;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FreshHeadsTest {
    private static final Freshness STRICT = new Freshness(0, true);
    private static final Duration LONG = Duration.ofHours(1);

    private final FakeTiming timing = new FakeTiming();
    private final CountedLog log = new CountedLog();
    private final Map<String, TopicHead> known = new HashMap<>();
    private final FreshHeads heads = new FreshHeads(known::get, reads("strict", 20), reads("behind", 100), timing);

    private SharedReads<String, TopicHead> reads(String what, int apartMillis) {
        return new SharedReads<>(
                what, this::read, Duration.ofMillis(apartMillis), 5_000, timing, timing, new SimpleMeterRegistry());
    }

    private @Nullable TopicHead read(String topic, Read order) {
        TopicHead head = log.head(topic, order);
        if (head != null) {
            known.put(topic, head);
        }
        return head;
    }

    @Test
    void aRevisionThatTheNodeHasCostsNothing() {
        know("t", 3);
        assertThat(revision(atLeast("t", 3))).isEqualTo(3);
        assertThat(log.asked()).isEmpty();
    }

    @Test
    void aNodeThatIsBehindReadsOnceForAllWhoWait() {
        know("t", 1);
        log.publish("t");
        List<CompletableFuture<TopicHead>> waiting =
                IntStream.range(0, 1_000).mapToObj(i -> atLeast("t", 2)).toList();
        timing.runReads();
        assertThat(waiting).allSatisfy(answer -> assertThat(revision(answer)).isEqualTo(2));
        assertThat(log.asked()).containsExactly("head t LOCAL");
        assertThat(revision(atLeast("t", 2))).isEqualTo(2);
        assertThat(log.asked()).as("what was read is known").isEmpty();
    }

    @Test
    void whatALocalReadMissesASerialOneFinds() {
        know("t", 1);
        log.local(known.get("t"));
        log.publish("t");
        CompletableFuture<TopicHead> waits = atLeast("t", 2);
        run();
        assertThat(revision(waits)).isEqualTo(2);
        assertThat(log.asked()).containsExactly("head t LOCAL", "head t SERIAL");
    }

    @Test
    void aRevisionThatWasNeverCommittedIsRefusedAfterTwoReadsHoweverManyAsk() {
        know("t", 2);
        List<CompletableFuture<TopicHead>> waiting = IntStream.range(0, 1_000)
                .mapToObj(i -> atLeast("t", Long.MAX_VALUE - i))
                .toList();
        run();
        assertThat(waiting)
                .allSatisfy(answer -> assertThat(refusal(answer).code()).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThat(refusal(waiting.get(7)))
                .hasMessage(
                        "revision of t: 2 (expected: " + (Long.MAX_VALUE - 7) + " or later; none such is committed)");
        assertThat(log.asked()).containsExactly("head t LOCAL", "head t SERIAL");
    }

    @Test
    void readsOfATopicThatIsBehindAreAtLeastATenthOfASecondApart() {
        know("t", 1);
        for (int i = 0; i < 1_000; i++) {
            var unused = atLeast("t", 9);
            timing.runReads();
            timing.advance(Duration.ofMillis(1));
        }
        assertThat(log.asked()).hasSizeBetween(6, 10);
    }

    @Test
    void anUnknownTopicIsToldByASerialRead() {
        CompletableFuture<TopicHead> weak = atLeast("no-such", 1);
        CompletableFuture<TopicHead> strong = heads.of("none", STRICT, LONG);
        run();
        assertThat(weak).isCompletedWithValue(null);
        assertThat(strong).isCompletedWithValue(null);
        assertThat(log.asked())
                .containsExactlyInAnyOrder("head no-such LOCAL", "head none SERIAL", "head no-such SERIAL");
    }

    @Test
    void aNodeThatStaysBehindSaysSoInTwoSecondsWithBothRevisions() {
        know("t", 1);
        CompletableFuture<TopicHead> waits = atLeast("t", 5);
        timing.advance(FreshHeads.REVISION_WAIT.minusNanos(1));
        assertThat(waits).isNotDone();
        timing.advance(Duration.ofNanos(1));
        assertThat(refusal(waits).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(refusal(waits))
                .hasMessageStartingWith("this node is behind: revision of t: 1 (expected: 5 or later), and ");
        assertThat(refusal(waits).retryAfter()).isNotNull();
    }

    @Test
    void bothReadsTogetherTakeNoLongerThanTheWaitOrTheCallersTime() {
        know("t", 1);
        CompletableFuture<TopicHead> waits = atLeast("t", 5);
        CompletableFuture<TopicHead> hasty = heads.of("t", new Freshness(5, false), Duration.ofMillis(300));
        log.beforeAnswer(question -> timing.advance(Duration.ofMillis(1_500)));
        timing.runReads();
        assertThat(waits).isDone();
        assertThat(hasty).isDone();
        know("u", 1);
        CompletableFuture<TopicHead> slow = atLeast("u", 5);
        timing.runReads();
        assertThat(slow).as("1.5 s and what is left of 2 s").isDone();
        assertThat(refusal(slow).code()).isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void whatBecomesKnownWhileAReadFailsIsAnswered() {
        know("t", 1);
        CompletableFuture<TopicHead> waits = atLeast("t", 2);
        know("t", 1);
        log.away(true);
        timing.runReads();
        assertThat(revision(waits)).isEqualTo(2);
    }

    @Test
    void aStrictReadNeverAnswersWhatIsKnown() {
        know("t", 1);
        log.publish("t");
        CompletableFuture<TopicHead> strict = heads.of("t", STRICT, LONG);
        timing.runReads();
        assertThat(revision(strict)).isEqualTo(2);
        assertThat(log.asked()).containsExactly("head t SERIAL");
    }

    @Test
    void whileTheLogIsAwayStrictReadsAreRefusedAndHealByThemselves() {
        know("t", 1);
        log.away(true);
        CompletableFuture<TopicHead> refused = heads.of("t", STRICT, LONG);
        CompletableFuture<TopicHead> hanging = heads.of("u", STRICT, LONG);
        timing.advance(FreshHeads.STRICT_WAIT);
        assertThat(refusal(hanging).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(refusal(refused).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        CompletableFuture<TopicHead> asked = heads.of("t", STRICT, LONG);
        run();
        assertThat(refusal(asked)).hasMessage("the store is away");
        log.away(false);
        CompletableFuture<TopicHead> healed = heads.of("t", STRICT, LONG);
        run();
        assertThat(revision(healed)).isEqualTo(1);
    }

    @Test
    void aStrictReadOfARevisionIsBoth() {
        know("t", 2);
        CompletableFuture<TopicHead> there = heads.of("t", new Freshness(2, true), LONG);
        CompletableFuture<TopicHead> ahead = heads.of("t", new Freshness(3, true), LONG);
        timing.runReads();
        assertThat(revision(there)).isEqualTo(2);
        assertThat(refusal(ahead)).hasMessageStartingWith("revision of t: 2 (expected: 3 or later;");
        assertThat(log.asked()).containsExactly("head t SERIAL");
    }

    private CompletableFuture<TopicHead> atLeast(String topic, long revision) {
        return heads.of(topic, new Freshness(revision, false), LONG);
    }

    /** Until nothing more is read. */
    private void run() {
        while (timing.runReads() > 0) {
            timing.advance(Duration.ofMillis(100));
        }
    }

    /** Publishes so often, and lets the node know. */
    private void know(String topic, int versions) {
        for (int i = 0; i < versions; i++) {
            log.publish(topic);
        }
        known.put(topic, requireNonNull(log.head(topic, Read.SERIAL)));
        log.asked();
    }

    private static long revision(CompletableFuture<TopicHead> answer) {
        assertThat(answer).isCompleted();
        return answer.join().getRevision();
    }
}
