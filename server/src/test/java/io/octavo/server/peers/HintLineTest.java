package io.octavo.server.peers;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.SettableFuture;
import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Hint;
import io.octavo.protocol.HintRequest;
import io.octavo.protocol.HintResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HintLineTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<HintRequest> calls = new ArrayList<>();
    private final List<SettableFuture<HintResponse>> answers = new ArrayList<>();
    private final Queue<Work> works =
            new PriorityQueue<>(Comparator.comparingLong(Work::at).thenComparingLong(Work::number));
    private long now;
    private long number;
    private boolean broken;
    private final HintLine line =
            new HintLine("other", this::call, this::later, () -> now, new Random(1), new HintMetrics(meters));

    private record Work(Runnable work, long at, long number) {}

    @Test
    void oneCallIsUnderWayAtATimeAndTheNextTakesAllThatCameMeanwhile() {
        offer("a", 1);
        offer("a", 2);
        offer("b", 1);
        offer("a", 3);
        assertThat(calls).hasSize(1);
        assertThat(told(0)).containsExactly(TestHeads.hint("a", 1));

        now += Duration.ofMillis(7).toNanos();
        answer(0);
        assertThat(calls).hasSize(2);
        assertThat(told(1)).containsExactly(TestHeads.hint("a", 3), TestHeads.hint("b", 1));

        answer(1);
        assertThat(calls).hasSize(2);
        assertThat(count("sent")).isEqualTo(3);
        assertThat(count("dropped")).isZero();
        assertThat(meters.timer("octavo.hints.lag").max(TimeUnit.MILLISECONDS)).isEqualTo(7);

        offer("a", 4);
        assertThat(calls).hasSize(3);
    }

    @Test
    void aNodeThatFailsIsTriedAgainAfterWaitsThatGrowToFiveSecondsAndDiffer() {
        offer("a", 1);
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            offer("t", i + 1);
            fail(i, Status.UNAVAILABLE);
            assertThat(calls).as("never at once").hasSize(i + 1);
            waits.add(passUntilCalled());
        }
        assertThat(waits.get(0)).isBetween(50L, 100L);
        assertThat(waits.get(1)).isBetween(100L, 200L);
        assertThat(waits.get(3)).isBetween(400L, 800L);
        assertThat(waits.subList(6, 12)).allSatisfy(wait -> assertThat(wait).isBetween(2500L, 5000L));
        assertThat(waits).doesNotHaveDuplicates();
    }

    @Test
    void whileANodeFailsHintsWaitForTheNextAttempt() {
        offer("a", 1);
        fail(0, Status.DEADLINE_EXCEEDED);
        for (int i = 2; i < 1000; i++) {
            offer("b", i);
        }
        assertThat(calls).hasSize(1);
        passUntilCalled();
        assertThat(calls).hasSize(2);
        assertThat(told(1)).containsExactlyInAnyOrder(TestHeads.hint("a", 1), TestHeads.hint("b", 999));
        answer(1);
        assertThat(count("failed")).isEqualTo(1);
        assertThat(count("sent")).isEqualTo(2);

        offer("c", 1);
        fail(2, Status.UNAVAILABLE);
        assertThat(passUntilCalled()).as("what went well ends the growth").isBetween(50L, 100L);
    }

    @Test
    void whatANodeRefusesIsNotSentAgain() {
        offer("a", 1);
        fail(0, Status.UNAUTHENTICATED);
        assertThat(count("dropped")).isEqualTo(1);
        offer("b", 1);
        passUntilCalled();
        assertThat(told(1)).containsExactly(TestHeads.hint("b", 1));
    }

    @Test
    void aCallThatThrowsIsOneThatFailed() {
        broken = true;
        offer("a", 1);
        assertThat(count("failed")).isEqualTo(1);
        broken = false;
        offer("b", 1);
        passUntilCalled();
        answer(0);
        assertThat(count("sent")).isEqualTo(1);
    }

    @Test
    void aLineThatIsClosedGivesUpWhatWaits() {
        offer("a", 1);
        offer("b", 1);
        offer("c", 1);
        line.close();
        fail(0, Status.UNAVAILABLE);
        offer("d", 1);
        passAll();
        assertThat(calls).hasSize(1);
        assertThat(count("dropped")).isEqualTo(3);
    }

    private void offer(String topic, long revision) {
        line.offer(TestHeads.hint(topic, revision));
        runDue();
    }

    private List<Hint> told(int call) {
        return calls.get(call).getHintsList();
    }

    private void answer(int call) {
        answers.get(call).set(HintResponse.getDefaultInstance());
        runDue();
    }

    private void fail(int call, Status why) {
        answers.get(call).setException(why.asRuntimeException());
        runDue();
    }

    private ListenableFuture<HintResponse> call(HintRequest batch) {
        if (broken) {
            throw new IllegalStateException("broken");
        }
        calls.add(batch);
        SettableFuture<HintResponse> answer = SettableFuture.create();
        answers.add(answer);
        return answer;
    }

    private void later(Runnable work, Duration after) {
        works.add(new Work(work, now + after.toNanos(), number++));
    }

    private void runDue() {
        for (Work next = works.peek(); next != null && next.at <= now; next = works.peek()) {
            works.remove();
            next.work.run();
        }
    }

    /** Lets time pass; answers how many ms. */
    private long passUntilCalled() {
        long start = now;
        int before = calls.size();
        while (calls.size() == before && !works.isEmpty()) {
            now = Math.max(now, works.element().at);
            runDue();
        }
        assertThat(calls).hasSizeGreaterThan(before);
        return TimeUnit.NANOSECONDS.toMillis(now - start);
    }

    private void passAll() {
        while (!works.isEmpty()) {
            now = Math.max(now, works.element().at);
            runDue();
        }
    }

    private double count(String outcome) {
        return meters.counter("octavo.hints", "outcome", outcome).count();
    }
}
