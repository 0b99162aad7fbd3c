package io.octavo.rules;

import static io.octavo.rules.Acceptance.applied;
import static io.octavo.rules.Acceptance.heard;
import static io.octavo.rules.Acceptance.judge;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.Acceptance.Mark;
import io.octavo.rules.Acceptance.Offered;
import io.octavo.rules.Acceptance.Verdict;
import org.junit.jupiter.api.Test;

/** One case for each sentence of the design on acceptance, and those that follow from them. */
final class AcceptanceTest {
    private static final Consumer BLUE = Fleet.consumer("eu", "recs", "blue", "instance");
    /** Runs version 5 by the service's word at revision 10. */
    private static final Mark RUNS_5 = new Mark(1, 10, 5, false, true);

    private static final Mark RUNS_5_PINNED = new Mark(1, 10, 5, true, true);
    private static final Mark RUNS_5_UNSETTLED = new Mark(1, 10, 5, false, false);
    private static final Mark RUNS_NOTHING = new Mark(1, 10, 0, false, false);

    @Test
    void keepsTheHighestPositionItHasReceived() {
        assertThat(heard(RUNS_5, service(12, 6))).isEqualTo(new Mark(1, 12, 5, false, false));
        assertThat(applied(RUNS_5, service(12, 6))).isEqualTo(new Mark(1, 12, 6, false, true));
        assertThat(heard(RUNS_5, service(9, 6))).isEqualTo(RUNS_5);
    }

    @Test
    void ignoresOffersBelowTheMark() {
        assertThat(judge(RUNS_5, service(9, 4))).isEqualTo(Verdict.IGNORE_OLD);
        assertThat(judge(RUNS_5, service(9, 6))).isEqualTo(Verdict.IGNORE_OLD);
        assertThat(judge(RUNS_5, service(9, 0))).isEqualTo(Verdict.IGNORE_OLD);
        assertThat(judge(RUNS_5, pinnedTo(4, 9))).isEqualTo(Verdict.IGNORE_OLD);
    }

    @Test
    void runsAHigherVersionAtAHigherRevision() {
        assertThat(judge(RUNS_5, service(11, 6))).isEqualTo(Verdict.RUN);
        assertThat(judge(Mark.NONE, service(1, 1))).isEqualTo(Verdict.RUN);
    }

    @Test
    void aNewEpochOrdersAboveAnyRevision() {
        Offered restored =
                new Offered(service(1, 6).head().toBuilder().setEpoch(2).build(), 6, false, true);
        assertThat(judge(RUNS_5, restored)).isEqualTo(Verdict.RUN);
        Mark after = applied(RUNS_5, restored);
        assertThat(after).isEqualTo(new Mark(2, 1, 6, false, true));
        assertThat(judge(after, service(1_000, 7))).isEqualTo(Verdict.IGNORE_OLD);
    }

    @Test
    void aNumberThatIsGivenAgainInANewEpochIsAnotherVersion() {
        Offered before = made("before", 1, 11);
        Offered after = made("after", 2, 3);
        Mark runs = applied(RUNS_5, before);
        assertThat(judge(runs, after)).isEqualTo(Verdict.RUN);
        Mark heard = heard(runs, after);
        assertThat(heard).isEqualTo(new Mark(2, 3, 6, false, false, before.digests()));
        assertThat(judge(heard, after)).as("when it is fetched").isEqualTo(Verdict.RUN);
        Mark moved = applied(heard, after);
        assertThat(moved).isEqualTo(new Mark(2, 3, 6, false, true, after.digests()));
        assertThat(judge(moved, after)).isEqualTo(Verdict.KEEP);
        assertThat(judge(moved, made("after", 3, 1))).as("restored once more").isEqualTo(Verdict.KEEP);
        assertThat(judge(moved, before)).isEqualTo(Verdict.IGNORE_OLD);
    }

    /** Version 6, of these bytes. */
    private static Offered made(String bytes, long epoch, long revision) {
        TopicHead head = Fleet.head()
                .setEpoch(epoch)
                .setRevision(revision)
                .setVersions(
                        5,
                        Fleet.record(6).toBuilder()
                                .addParts(Part.newBuilder().setSha256(ByteString.copyFromUtf8(bytes))))
                .build();
        return new Offered(head, 6, false, true);
    }

    @Test
    void atTheSameRevisionTheServiceStandsOverFallbackAndDisk() {
        assertThat(judge(RUNS_5, fallback(10, 6))).isEqualTo(Verdict.IGNORE_OLD);
        assertThat(judge(RUNS_5, fallback(10, 0))).isEqualTo(Verdict.IGNORE_OLD);
        assertThat(heard(RUNS_5, fallback(10, 5))).isEqualTo(RUNS_5);
        assertThat(judge(RUNS_5_UNSETTLED, service(10, 6))).isEqualTo(Verdict.RUN);
        assertThat(judge(RUNS_5_UNSETTLED, pinnedTo(4, 10))).isEqualTo(Verdict.RUN);
    }

    @Test
    void atTheSameRevisionAHigherVersionStandsOverALowerOne() {
        assertThat(judge(RUNS_5, service(10, 6))).isEqualTo(Verdict.RUN);
        assertThat(judge(RUNS_5, service(10, 4))).isEqualTo(Verdict.IGNORE_OLD);
        assertThat(judge(RUNS_5, service(10, 0))).isEqualTo(Verdict.IGNORE_OLD);
        assertThat(judge(RUNS_5_UNSETTLED, fallback(10, 6))).isEqualTo(Verdict.RUN);
        assertThat(judge(RUNS_5_UNSETTLED, fallback(10, 4))).isNotEqualTo(Verdict.RUN);
    }

    @Test
    void theServicesWordSettlesWhatCameFromFallback() {
        Mark started = applied(Mark.NONE, fallback(10, 5));
        assertThat(started).isEqualTo(RUNS_5_UNSETTLED);
        assertThat(judge(started, service(10, 5))).isEqualTo(Verdict.KEEP);
        assertThat(heard(started, service(10, 5))).isEqualTo(RUNS_5);
    }

    @Test
    void aLowerVersionMayRunForAPinInTheHead() {
        assertThat(judge(RUNS_5, pinnedTo(4, 11))).isEqualTo(Verdict.RUN);
        assertThat(applied(RUNS_5, pinnedTo(4, 11))).isEqualTo(new Mark(1, 11, 4, true, true));
    }

    @Test
    void aLowerVersionMayRunWhenLeavingAPin() {
        assertThat(judge(RUNS_5_PINNED, service(11, 4))).isEqualTo(Verdict.RUN);
        assertThat(applied(RUNS_5_PINNED, service(11, 4))).isEqualTo(new Mark(1, 11, 4, false, true));
    }

    @Test
    void aLowerVersionMayRunIfTheOneItRunsIsWithdrawn() {
        assertThat(judge(RUNS_5, withdrawn(11, 4, 5))).isEqualTo(Verdict.RUN);
        assertThat(judge(RUNS_5, withdrawn(11, 4, 6))).isEqualTo(Verdict.REFUSE_LOWER);
    }

    @Test
    void aLowerVersionWithoutAReasonIsRefusedButHeard() {
        assertThat(judge(RUNS_5, service(11, 4))).isEqualTo(Verdict.REFUSE_LOWER);
        assertThat(heard(RUNS_5, service(11, 4))).isEqualTo(new Mark(1, 11, 5, false, false));
        assertThat(judge(heard(RUNS_5, service(11, 4)), service(11, 4))).isEqualTo(Verdict.REFUSE_LOWER);
    }

    @Test
    void whoStillRunsAPinsVersionAfterTheReasonWentByMayLeaveItWhenTheFetchSucceeds() {
        Mark fetching = heard(RUNS_5_PINNED, service(11, 4));
        assertThat(fetching).isEqualTo(new Mark(1, 11, 5, true, false));
        assertThat(judge(fetching, service(11, 4))).isEqualTo(Verdict.RUN);
    }

    @Test
    void storesWhetherAPinGaveIt() {
        assertThat(heard(RUNS_5, pinnedTo(5, 11)).pinned()).isTrue();
        assertThat(heard(RUNS_5_PINNED, service(11, 5)).pinned()).isFalse();
        assertThat(heard(RUNS_5_PINNED, service(11, 6)).pinned()).isTrue();
        assertThat(applied(RUNS_5_PINNED, service(11, 6)).pinned()).isFalse();
    }

    @Test
    void keepsItsValueIfNothingResolvesAndSaysSo() {
        assertThat(judge(RUNS_5, service(11, 0))).isEqualTo(Verdict.KEEP_UNRESOLVED);
        assertThat(heard(RUNS_5, service(11, 0))).isEqualTo(new Mark(1, 11, 5, false, false));
        assertThat(judge(heard(RUNS_5, service(11, 0)), service(11, 0))).isEqualTo(Verdict.KEEP_UNRESOLVED);
        assertThat(judge(RUNS_NOTHING, service(11, 0))).isEqualTo(Verdict.KEEP_UNRESOLVED);
    }

    @Test
    void withoutAValueItTakesAnyOfferWhateverItsRevisionAndTheMarkStays() {
        assertThat(judge(RUNS_NOTHING, service(3, 2))).isEqualTo(Verdict.RUN);
        assertThat(judge(RUNS_NOTHING, fallback(3, 2))).isEqualTo(Verdict.RUN);
        assertThat(heard(RUNS_NOTHING, service(3, 2))).isEqualTo(RUNS_NOTHING);
        assertThat(applied(RUNS_NOTHING, service(3, 2))).isEqualTo(new Mark(1, 10, 2, false, false));
        assertThat(judge(RUNS_NOTHING, service(3, 0))).isEqualTo(Verdict.IGNORE_OLD);
    }

    @Test
    void withoutAValueItTakesAnOfferEvenIfTheServiceHadNothingAtThatRevision() {
        Mark settledOnNothing = heard(RUNS_NOTHING, service(10, 0));
        assertThat(judge(settledOnNothing, fallback(10, 5))).isEqualTo(Verdict.RUN);
        assertThat(applied(settledOnNothing, fallback(10, 5))).isEqualTo(RUNS_5_UNSETTLED);
    }

    @Test
    void anOfferWhoseFetchFailedIsRunWhenItIsJudgedAgain() {
        for (Offered offered : new Offered[] {
            service(11, 6),
            pinnedTo(4, 11),
            withdrawn(11, 4, 5),
            fallback(11, 6),
            Offered.resolved(withdrawn(11, 4, 5).head(), BLUE)
        }) {
            assertThat(judge(RUNS_5, offered)).isEqualTo(Verdict.RUN);
            assertThat(judge(heard(RUNS_5, offered), offered)).isEqualTo(Verdict.RUN);
        }
    }

    @Test
    void anOfferThatWasOvertakenWhileItWasFetchedIsNotRun() {
        Mark mark = heard(heard(RUNS_5, service(11, 6)), withdrawn(12, 5, 6));
        assertThat(judge(mark, service(11, 6))).isEqualTo(Verdict.IGNORE_OLD);
    }

    @Test
    void whatStandsInForAMissingPayloadIsForAProcessWithoutAValueOnly() {
        Offered standIn =
                offer(head(10, 4).addPins(Fleet.pin(5, "*")).addWithdrawn(5).build(), 4);
        assertThat(standIn.standIn()).isTrue();
        assertThat(standIn.pinned()).isFalse();
        assertThat(judge(RUNS_NOTHING, standIn)).isEqualTo(Verdict.RUN);
        assertThat(judge(RUNS_5_UNSETTLED, standIn)).isEqualTo(Verdict.REFUSE_LOWER);
        assertThat(judge(heard(RUNS_5_PINNED, bare(10, 5)), standIn)).isEqualTo(Verdict.REFUSE_LOWER);
        assertThat(judge(applied(RUNS_NOTHING, standIn), pinnedTo(5, 10))).isEqualTo(Verdict.RUN);
    }

    @Test
    void aBareRevisionRaisesTheMarkAndNothingElse() {
        assertThat(judge(RUNS_5_PINNED, bare(11, 5))).isEqualTo(Verdict.KEEP);
        assertThat(heard(RUNS_5_PINNED, bare(11, 5))).isEqualTo(new Mark(1, 11, 5, true, false));
        assertThat(heard(RUNS_5_PINNED, bare(9, 5))).isEqualTo(RUNS_5_PINNED);
    }

    @Test
    void aVersionHeldBackAtABareRevisionIsTakenWhenItIsOffered() {
        Mark heldBack = heard(RUNS_5, bare(11, 5));
        assertThat(judge(heldBack, pinnedTo(4, 11))).isEqualTo(Verdict.RUN);
        assertThat(judge(heldBack, service(11, 6))).isEqualTo(Verdict.RUN);
    }

    @Test
    void aBareRevisionOfAVersionItDoesNotRunIsIgnored() {
        for (Mark mark : new Mark[] {RUNS_5, RUNS_5_UNSETTLED, RUNS_NOTHING}) {
            assertThat(judge(mark, bare(11, 4))).isEqualTo(Verdict.IGNORE_OLD);
            assertThat(judge(mark, bare(11, 6))).isEqualTo(Verdict.IGNORE_OLD);
            assertThat(heard(mark, bare(11, 6))).isEqualTo(mark);
        }
    }

    private static Offered service(long revision, long version) {
        return offer(head(revision, version).build(), version);
    }

    private static Offered fallback(long revision, long version) {
        return Offered.resolved(head(revision, version).build(), BLUE);
    }

    private static Offered pinnedTo(long version, long revision) {
        return offer(head(revision, 9).addPins(Fleet.pin(version, "*")).build(), version);
    }

    private static Offered withdrawn(long revision, long version, long withdrawn) {
        return offer(head(revision, version).addWithdrawn(withdrawn).build(), version);
    }

    private static Offered bare(long revision, long version) {
        return Offered.byService(
                Offer.newBuilder()
                        .setTopic("prices")
                        .setEpoch(1)
                        .setRevision(revision)
                        .setVersion(version)
                        .build(),
                BLUE);
    }

    private static Offered offer(TopicHead head, long version) {
        return Offered.byService(
                Offer.newBuilder()
                        .setEpoch(head.getEpoch())
                        .setRevision(head.getRevision())
                        .setVersion(version)
                        .setHead(head)
                        .build(),
                BLUE);
    }

    private static TopicHead.Builder head(long revision, long version) {
        TopicHead.Builder head = Fleet.head().setRevision(revision);
        return version == 0 ? head : head.addPublications(Fleet.publication(version, "*"));
    }
}
