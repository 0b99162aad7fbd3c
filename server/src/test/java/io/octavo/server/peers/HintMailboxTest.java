package io.octavo.server.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Hint;
import io.octavo.protocol.HintRequest;
import io.octavo.server.peers.HintMailbox.Waiting;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HintMailboxTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private long now;
    private final HintMailbox mailbox = new HintMailbox(() -> now, new HintMetrics(meters));

    @Test
    void ofEachTopicTheNewestStandsInThePlaceOfTheFirst() {
        mailbox.put(TestHeads.hint("a", 2));
        mailbox.put(TestHeads.hint("b", 1));
        mailbox.put(TestHeads.hint("a", 3));
        mailbox.put(TestHeads.hint("a", 1));
        assertThat(taken()).containsExactly(TestHeads.hint("a", 3), TestHeads.hint("b", 1));
        assertThat(mailbox.isEmpty()).isTrue();
    }

    @Test
    void aNewEpochIsNewerThanAnyRevision() {
        Hint restored =
                TestHeads.hint("a", 1).toBuilder().setEpoch(TestHeads.EPOCH + 1).build();
        mailbox.put(TestHeads.hint("a", 9));
        mailbox.put(restored);
        mailbox.put(TestHeads.hint("a", 10));
        assertThat(taken()).containsExactly(restored);
    }

    @Test
    void oneCallTakesAThousandAtMost() {
        for (int i = 0; i < 2500; i++) {
            mailbox.put(TestHeads.hint("t" + i, 1));
        }
        assertThat(taken()).hasSize(1000).first().isEqualTo(TestHeads.hint("t0", 1));
        assertThat(taken()).hasSize(1000);
        assertThat(taken()).hasSize(500);
        assertThat(taken()).isEmpty();
    }

    @Test
    void oneCallTakesTwoMebibytesAtMost() {
        for (int i = 0; i < 100; i++) {
            mailbox.put(TestHeads.hint("t" + i, 1, 30_000));
        }
        List<Hint> batch = taken();
        assertThat(batch).hasSizeBetween(60, 70).allMatch(Hint::hasHead);
        assertThat(HintRequest.newBuilder().addAllHints(batch).build().getSerializedSize())
                .isLessThanOrEqualTo(HintFormat.MOST_BYTES);
        assertThat(taken()).hasSize(100 - batch.size());
    }

    @Test
    void whatWaitsLongestMakesRoomForANewTopic() {
        for (int i = 0; i < HintMailbox.MOST_TOPICS + 3; i++) {
            mailbox.put(TestHeads.hint("t" + i, 1));
        }
        mailbox.put(TestHeads.hint("t3", 2));
        assertThat(taken()).first().isEqualTo(TestHeads.hint("t3", 2));
        assertThat(dropped()).isEqualTo(3);
    }

    @Test
    void headsForWhichThereIsNoRoomAreLeftOutUntilThereIs() {
        int fit = HintMailbox.MOST_HEAD_BYTES / 31_000;
        for (int i = 0; i < fit + 20; i++) {
            mailbox.put(TestHeads.hint("t" + i, 1, 30_900));
        }
        mailbox.put(TestHeads.hint("t0", 2, 30_900));
        int heads = 0;
        int all = 0;
        for (List<Hint> batch = taken(); !batch.isEmpty(); batch = taken()) {
            heads += (int) batch.stream().filter(Hint::hasHead).count();
            all += batch.size();
        }
        assertThat(all).isEqualTo(fit + 20);
        assertThat(heads).isBetween(fit - 2, fit + 2);
        assertThat(dropped()).isZero();

        mailbox.put(TestHeads.hint("t0", 3, 30_900));
        assertThat(taken()).hasSize(1).allMatch(Hint::hasHead);
    }

    @Test
    void whatIsNoNewsAnyMoreIsGivenUp() {
        mailbox.put(TestHeads.hint("old", 1));
        now += HintMailbox.NEWS.toNanos() / 2;
        mailbox.put(TestHeads.hint("new", 1));
        now += HintMailbox.NEWS.toNanos() / 2 + 1;
        assertThat(taken()).containsExactly(TestHeads.hint("new", 1));
        assertThat(dropped()).isEqualTo(1);
    }

    @Test
    void whatIsPutBackKeepsItsAgeAndYieldsToWhatCameMeanwhile() {
        mailbox.put(TestHeads.hint("a", 1));
        mailbox.put(TestHeads.hint("b", 1));
        List<Waiting> batch = mailbox.take();
        mailbox.put(TestHeads.hint("a", 2));
        now += Duration.ofSeconds(1).toNanos();
        mailbox.putBack(batch);
        List<Waiting> again = mailbox.take();
        assertThat(again)
                .extracting(Waiting::hint)
                .containsExactlyInAnyOrder(TestHeads.hint("a", 2), TestHeads.hint("b", 1));
        assertThat(again).allMatch(waiting -> waiting.since() == 0);

        now += HintMailbox.NEWS.toNanos();
        mailbox.putBack(again);
        assertThat(mailbox.take()).isEmpty();
    }

    private List<Hint> taken() {
        return mailbox.take().stream().map(Waiting::hint).toList();
    }

    private double dropped() {
        return meters.counter("octavo.hints", "outcome", "dropped").count();
    }
}
