package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.subscribe.PayloadTurns.Turn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class PayloadTurnsTest {
    private final Queue<Runnable> executor = new ArrayDeque<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final PayloadTurns turns = new PayloadTurns(2, executor::add, meters);
    private final List<String> done = new ArrayList<>();
    private final List<ServiceException> refused = new ArrayList<>();

    private Turn begin(String name) {
        return begin(name, new Reader());
    }

    private Turn begin(String name, Reader reader) {
        Turn turn = turns.turn(() -> done.add(name), refused::add, reader);
        turn.begin();
        return turn;
    }

    private static final class Reader implements PayloadTurns.Reader {
        private long chunks;
        private boolean isCutOff;

        @Override
        public long chunks() {
            return chunks;
        }

        @Override
        public void cutOff() {
            isCutOff = true;
        }
    }

    @Test
    void soManyAreServedAtATimeAndTheOthersInTheOrderInWhichTheyCame() {
        Turn a = begin("a");
        Turn b = begin("b");
        begin("c");
        Turn d = begin("d");
        assertThat(done).containsExactly("a", "b");
        assertThat(turns.waiting()).isEqualTo(2);

        b.end();
        assertThat(done).as("the call's own threads do nothing that may block").hasSize(2);
        executor.remove().run();
        assertThat(done).containsExactly("a", "b", "c");
        d.end();
        a.end();
        a.end();
        assertThat(executor).isEmpty();
        assertThat(turns.taken()).isEqualTo(1);
        assertThat(turns.waiting()).isZero();
    }

    @Test
    void whoWaitsInVainIsToldWhenToComeAgain() {
        Turn a = begin("a");
        begin("b");
        Turn c = begin("c");
        c.giveUp();
        c.giveUp();
        assertThat(refused).hasSize(1);
        assertThat(refused.get(0).code()).isEqualTo(ErrorCode.RATE_LIMITED);
        assertThat(refused.get(0).retryAfter()).isNotNull().isPositive();

        a.end();
        c.end();
        assertThat(executor).isEmpty();
        assertThat(turns.taken()).isEqualTo(1);
        a.giveUp();
        assertThat(refused).hasSize(1);
    }

    @Test
    void whoTakesNothingLosesItsTurn() {
        Reader slow = new Reader();
        Reader stalled = new Reader();
        begin("slow", slow);
        begin("stalled", stalled);
        begin("next");
        assertThat(meters.get("octavo.payload.readers").gauge().value()).isEqualTo(2);
        assertThat(meters.get("octavo.payload.readers.waiting").gauge().value()).isEqualTo(1);
        for (int look = 0; look <= PayloadTurns.LOOKS; look++) {
            assertThat(stalled.isCutOff).isFalse();
            assertThat(executor).isEmpty();
            slow.chunks++;
            turns.look();
        }
        assertThat(stalled.isCutOff).isTrue();
        assertThat(slow.isCutOff).isFalse();
        executor.remove().run();
        assertThat(done).containsExactly("slow", "stalled", "next");
        assertThat(turns.taken()).isEqualTo(2);
        assertThat(meters.get("octavo.payload.turns.lost")
                        .tag("why", "stalled")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void theLineIsBounded() {
        begin("a");
        begin("b");
        for (int i = 0; i < PayloadTurns.LONGEST_LINE; i++) {
            begin("more");
        }
        assertThat(refused).isEmpty();
        begin("one too many");
        assertThat(refused).hasSize(1);
        assertThat(turns.waiting()).isEqualTo(PayloadTurns.LONGEST_LINE);
    }

    @Test
    void aCallThatIsOverBeforeItBeganTakesNothing() {
        Turn turn = turns.turn(() -> done.add("never"), refused::add, new Reader());
        turn.end();
        turn.begin();
        assertThat(done).isEmpty();
        assertThat(refused).isEmpty();
        assertThat(turns.taken()).isZero();
    }

    @Test
    void whenTheExecutorIsGoneTheCallIsToldAndTheTurnPassedOn() {
        PayloadTurns ending = new PayloadTurns(
                1,
                work -> {
                    throw new RejectedExecutionException("stopped");
                },
                meters);
        Turn first = ending.turn(() -> done.add("first"), refused::add, new Reader());
        first.begin();
        for (int i = 0; i < 3; i++) {
            ending.turn(() -> done.add("later"), refused::add, new Reader()).begin();
        }
        first.end();
        assertThat(done).containsExactly("first");
        assertThat(refused).hasSize(3).allMatch(e -> e.code() == ErrorCode.UNAVAILABLE);
        assertThat(ending.taken()).isZero();
    }

    @Test
    void inAnyOrderOfEventsNoTurnIsLostAndNoneIsGivenTwice() {
        Random random = new Random(5);
        List<Turn> all = new ArrayList<>();
        int[] working = {0};
        for (int step = 0; step < 20_000; step++) {
            int what = random.nextInt(5);
            if (what == 0 || all.isEmpty()) {
                Turn turn = turns.turn(() -> working[0]++, refused::add, new Reader());
                turn.begin();
                all.add(turn);
            } else if (what == 1) {
                all.remove(random.nextInt(all.size())).end();
            } else if (what == 2) {
                all.get(random.nextInt(all.size())).giveUp();
            } else if (what == 3) {
                turns.look();
            } else if (!executor.isEmpty()) {
                executor.remove().run();
            }
            assertThat(turns.taken()).isBetween(0, 2);
            assertThat(turns.taken() == 2 || turns.waiting() == 0).isTrue();
        }
        all.forEach(Turn::end);
        assertThat(turns.taken()).isZero();
        assertThat(turns.waiting()).isZero();
    }
}
