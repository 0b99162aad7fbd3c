package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.TestHeads.CONSUMER;
import static io.octavo.server.subscribe.TestHeads.EPOCH;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Deletion;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Acceptance;
import io.octavo.rules.Acceptance.Mark;
import io.octavo.rules.Acceptance.Offered;
import io.octavo.rules.Acceptance.Verdict;
import io.octavo.rules.Heads;
import io.octavo.rules.InvalidField;
import io.octavo.rules.Resolution;
import io.octavo.server.errors.ServiceException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PollAnswersTest {
    private static final int NEXT_POLL = 30_000;

    private final HeadCache cache = new HeadCache(new TestClock());
    private final SmallPayloads payloads =
            new SmallPayloads(new MapPayloads(), 1 << 20, Runnable::run, new SimpleMeterRegistry());
    private final PollAnswers polls = new PollAnswers(cache, payloads, 1 << 20, NEXT_POLL);

    @BeforeEach
    void ready() {
        cache.loaded();
    }

    @Test
    void topicThatIsAsTheProcessSaysIsLeftOut() {
        cache.put(TestHeads.head("t", 5, 3));
        PollResponse answer = poll(state("t", 3, 5));
        assertThat(answer.getOffersList()).isEmpty();
        assertThat(answer.getHolds()).isFalse();
        assertThat(answer.getNextPollMs()).isBetween(NEXT_POLL * 9 / 10, NEXT_POLL * 11 / 10);
    }

    @Test
    void topicThatNobodyKnowsIsLeftOut() {
        assertThat(poll(state("unknown", 0, 0)).getOffersList()).isEmpty();
        assertThat(poll(state("known-elsewhere", 3, 5)).getOffersList()).isEmpty();
    }

    @Test
    void newProcessIsOfferedWhatItIsToRun() {
        TopicHead head = TestHeads.head("t", 5, 3);
        cache.put(head);
        Offer offer = onlyOffer(state("t", 0, 0));
        assertThat(offer.getTopic()).isEqualTo("t");
        assertThat(offer.getEpoch()).isEqualTo(EPOCH);
        assertThat(offer.getRevision()).isEqualTo(5);
        assertThat(offer.getVersion()).isEqualTo(3);
        assertThat(offer.getHead()).isEqualTo(Heads.narrow(head, CONSUMER));
    }

    @Test
    void offeredHeadHasOnlyWhatMatchesTheProcess() {
        cache.put(TestHeads.empty("t", 5)
                .addPublications(TestHeads.publication(4, "region=us"))
                .addPublications(TestHeads.publication(3, "region=eu"))
                .addVersions(TestHeads.direct(3))
                .addVersions(TestHeads.direct(4))
                .build());
        Offer offer = onlyOffer(state("t", 0, 0));
        assertThat(offer.getVersion()).isEqualTo(3);
        assertThat(offer.getHead().getPublicationsList()).containsExactly(TestHeads.publication(3, "region=eu"));
        assertThat(offer.getHead().getVersionsList()).containsExactly(TestHeads.direct(3));
    }

    @Test
    void newerRevisionBringsTheHeadAlsoIfTheVersionIsTheSame() {
        cache.put(TestHeads.head("t", 6, 3));
        Offer offer = onlyOffer(state("t", 3, 5));
        assertThat(offer.getVersion()).isEqualTo(3);
        assertThat(offer.hasHead()).isTrue();
        assertThat(offer.getHasPayload()).isFalse();
    }

    @Test
    void processLearnsThatThePinIsGoneThoughItsVersionStays() {
        // Pinned to 3 at revision 5; at 6 the pin is gone and 3 is what is published; at 7, 2 is left to run.
        Mark mark = new Mark(EPOCH, 5, 3, true, true);
        cache.put(TestHeads.head("t", 6, 3));
        mark = Acceptance.heard(mark, offered(onlyOffer(state("t", 3, 5))));
        assertThat(mark).isEqualTo(new Mark(EPOCH, 6, 3, false, true));
        cache.put(TestHeads.head("t", 7, 2));
        Offered lower = offered(onlyOffer(state("t", 3, 6)));
        assertThat(Acceptance.judge(mark, lower)).isEqualTo(Verdict.REFUSE_LOWER);
    }

    @Test
    void processLearnsThatAPinHoldsItThoughItsVersionStays() {
        Mark mark = new Mark(EPOCH, 5, 3, false, true);
        cache.put(TestHeads.head("t", 6, 3).toBuilder()
                .addPins(TestHeads.pin(3, "app=recs"))
                .build());
        mark = Acceptance.heard(mark, offered(onlyOffer(state("t", 3, 5))));
        assertThat(mark.pinned()).isTrue();
    }

    @Test
    void otherVersionAtTheSameRevisionIsOfferedAgain() {
        cache.put(TestHeads.head("t", 5, 3));
        payloads.read(TestHeads.direct(3).getParts(0));
        Offer failed = onlyOffer(state("t", 2, 5).setState(RunState.FAILED).setError("no space left"));
        assertThat(failed.getVersion()).isEqualTo(3);
        assertThat(failed.hasHead()).isTrue();
        assertThat(failed.getHasPayload()).isTrue();
        Offer fetching = onlyOffer(state("t", 2, 5).setState(RunState.FETCHING));
        assertThat(fetching.hasHead()).isTrue();
        assertThat(fetching.getHasPayload()).isFalse();
    }

    @Test
    void nothingAtTheSameRevisionIsABareRevision() {
        cache.put(TestHeads.empty("t", 5).setNewestVersion(3).build());
        Offer offer = onlyOffer(state("t", 3, 5));
        assertThat(offer.getVersion()).isZero();
        assertThat(offer.hasHead()).isFalse();
        assertThat(offer.getRevision()).isEqualTo(5);
    }

    /** It would take silence for the word that what it runs is right. */
    @Test
    void processAheadOfThisNodeHearsOnlyHowFarItIsAndIgnoresThat() {
        cache.put(TestHeads.head("t", 5, 3));
        payloads.read(TestHeads.direct(3).getParts(0));
        for (TopicState.Builder ahead :
                List.of(state("t", 4, 6), state("t", 3, 6), state("t", 4, 1).setEpoch(EPOCH + 1))) {
            Offer bare = onlyOffer(ahead);
            assertThat(bare)
                    .isEqualTo(Offer.newBuilder()
                            .setTopic("t")
                            .setEpoch(EPOCH)
                            .setRevision(5)
                            .setVersion(3)
                            .build());
            Mark mark = new Mark(ahead.getEpoch(), ahead.getRevision(), ahead.getVersion(), false, true);
            assertThat(Acceptance.judge(mark, Offered.byService(bare, CONSUMER)))
                    .isEqualTo(Verdict.IGNORE_OLD);
            assertThat(isUrgent(ahead)).as("it ends no hold").isFalse();
        }
        holdBack(TestHeads.head("held-back", 5, 3));
        assertThat(onlyOffer(state("held-back", 4, 6)).hasHead()).isFalse();
    }

    @Test
    void processAheadThatRunsNothingTakesWhatThereIs() {
        cache.put(TestHeads.head("t", 5, 3));
        Offer offer = onlyOffer(state("t", 0, 6));
        assertThat(offer.getVersion()).isEqualTo(3);
        assertThat(offer.hasHead()).isTrue();
        assertThat(Acceptance.judge(new Mark(EPOCH, 6, 0, false, false), offered(offer)))
                .isEqualTo(Verdict.RUN);
        cache.put(TestHeads.empty("nothing", 5).build());
        assertThat(poll(state("nothing", 0, 6)).getOffersList()).isEmpty();
    }

    @Test
    void whoHasAValueIsNotMovedToAVersionThatIsHeldBack() {
        holdBack(TestHeads.head("t", 5, 3));
        assertThat(poll(state("t", 2, 4)).getOffersList()).isEmpty();
        assertThat(poll(state("t", 4, 4)).getOffersList()).isEmpty();
        assertThat(poll(state("t", 2, 5).setState(RunState.FAILED).setWanted(3)).getOffersList())
                .isEmpty();
        assertThat(poll(state("t", 3, 5)).getOffersList()).isEmpty();
        assertThat(onlyOffer(state("t", 3, 4)).getVersion())
                .as("who runs it hears of the revision")
                .isEqualTo(3);
    }

    @Test
    void whoHasNoneIsOfferedWhatStandsInAndIsMovedUpLater() {
        TopicHead head = TestHeads.head("t", 5, 3);
        holdBack(head);
        Offer offer = onlyOffer(state("t", 0, 0));
        assertThat(offer.getVersion()).isEqualTo(1);
        assertThat(offer.getHead())
                .isEqualTo(Heads.narrow(head, CONSUMER).toBuilder()
                        .addVersions(0, TestHeads.direct(1))
                        .build());
        Offered standIn = Offered.byService(offer, CONSUMER);
        assertThat(standIn.standIn()).isTrue();
        assertThat(Acceptance.judge(Mark.NONE, standIn)).isEqualTo(Verdict.RUN);
        Mark runs = Acceptance.applied(Mark.NONE, standIn);
        assertThat(isUrgent(state("t", 1, 5))).isFalse();

        cache.replace(cached("t"), cached("t").with(HeldBack.NOTHING));
        assertThat(isUrgent(state("t", 1, 5))).isTrue();
        Offered back = Offered.byService(onlyOffer(state("t", 1, 5)), CONSUMER);
        assertThat(Acceptance.judge(runs, back)).isEqualTo(Verdict.RUN);
        assertThat(back.version()).isEqualTo(3);
    }

    @Test
    void whoFailedAtWhatIsHeldBackNowIsOfferedWhatStandsInAtOnceAndThenLeftInPeace() {
        holdBack(TestHeads.head("t", 5, 3));
        assertThat(isUrgent(state("t", 0, 5).setState(RunState.FAILED).setWanted(3)))
                .isTrue();
        assertThat(isUrgent(state("t", 0, 5).setState(RunState.FETCHING).setWanted(1)))
                .isFalse();
        assertThat(isUrgent(state("t", 0, 5).setState(RunState.FAILED).setWanted(1)))
                .isFalse();
        assertThat(isUrgent(state("t", 0, 5).setState(RunState.FAILED))).isFalse();
    }

    @Test
    void whereNothingStandsInNothingIsOfferedUntilThereIsSomething() {
        cache.put(TestHeads.head("t", 5, 3));
        cache.replace(
                cached("t"),
                cached("t").with(new HeldBack(Map.of(3L, new HeldBack.Missing(Instant.EPOCH, StandIns.UNKNOWN)))));
        Offer offer = onlyOffer(state("t", 0, 0));
        assertThat(offer.getVersion()).isZero();
        Offered nothing = Offered.byService(offer, CONSUMER);
        assertThat(Acceptance.judge(Mark.NONE, nothing)).isEqualTo(Verdict.KEEP_UNRESOLVED);
        Mark heard = Acceptance.heard(Mark.NONE, nothing);
        assertThat(isUrgent(state("t", 0, 5).clearState())).isFalse();
        cache.replace(cached("t"), cached("t").with(HeldBack.NOTHING));
        assertThat(isUrgent(state("t", 0, 5).clearState())).isTrue();
        Offered back = Offered.byService(onlyOffer(state("t", 0, 5).clearState()), CONSUMER);
        assertThat(Acceptance.judge(heard, back)).isEqualTo(Verdict.RUN);
    }

    @Test
    void smallPayloadOfAStandInRidesAlongToo() {
        holdBack(TestHeads.head("t", 5, 3));
        poll(state("t", 0, 0));
        assertThat(onlyOffer(state("t", 0, 0)).getPayload()).isEqualTo(TestHeads.payload(1));
    }

    /** Version 1 stands in for version 3. */
    private void holdBack(TopicHead head) {
        cache.put(head);
        CachedTopic before = cached(head.getTopic());
        VersionRecord one = TestHeads.direct(1).toBuilder()
                .addPublications(TestHeads.publication(1, "*"))
                .build();
        StandIns standIns = new StandIns(List.of(one), true);
        cache.replace(before, before.with(new HeldBack(Map.of(3L, new HeldBack.Missing(Instant.EPOCH, standIns)))));
    }

    private CachedTopic cached(String topic) {
        return requireNonNull(cache.get(topic));
    }

    private boolean isUrgent(TopicState.Builder state) {
        return PollAnswers.isUrgent(state.build(), cached(state.getTopic()), CONSUMER);
    }

    @Test
    void deletedTopicIsOfferedAsNothing() {
        cache.put(TestHeads.head("t", 6, 3).toBuilder()
                .setDeletion(Deletion.newBuilder().setReason("unused"))
                .build());
        Offer offer = onlyOffer(state("t", 3, 5));
        assertThat(offer.getVersion()).isZero();
        assertThat(offer.getHead().hasDeletion()).isTrue();
    }

    @Test
    void smallPayloadRidesAlongOnceItIsInMemory() {
        cache.put(TestHeads.head("t", 5, 3));
        Offer first = onlyOffer(state("t", 0, 0));
        assertThat(first.getHasPayload()).isFalse();
        Offer second = onlyOffer(state("t", 0, 0));
        assertThat(second.getHasPayload()).isTrue();
        assertThat(second.getPayload()).isEqualTo(TestHeads.payload(3));
    }

    @Test
    void payloadsRideAlongUpToTheBudget() {
        PollAnswers frugal = new PollAnswers(cache, payloads, 25, NEXT_POLL);
        List<String> topics = List.of("a", "b", "c", "d");
        topics.forEach(topic -> cache.put(TestHeads.head(topic, 1, topic.charAt(0))));
        PollRequest request =
                request(topics.stream().map(topic -> state(topic, 0, 0)).toList());
        answer(frugal, request);
        // "payload 97" has 10 bytes.
        assertThat(answer(frugal, request).getOffersList())
                .hasSize(4)
                .filteredOn(Offer::getHasPayload)
                .hasSize(2);
    }

    @Test
    void payloadInS3DoesNotRideAlong() {
        cache.put(TestHeads.empty("t", 1)
                .addPublications(TestHeads.publication(1, "*"))
                .addVersions(TestHeads.inS3(1, 9))
                .build());
        poll(state("t", 0, 0));
        assertThat(onlyOffer(state("t", 0, 0)).getHasPayload()).isFalse();
    }

    @Test
    void answerThatWouldBeTooLargeIsCutAndTheRestComesSoon() {
        int count = 60;
        IntStream.range(0, count).forEach(i -> cache.put(largeHead("t" + i)));
        Set<String> left =
                new HashSet<>(IntStream.range(0, count).mapToObj(i -> "t" + i).toList());
        int rounds = 0;
        PollResponse answer;
        do {
            // What has been offered is being fetched: at this revision, and without a version yet.
            answer = answer(
                    polls,
                    request(IntStream.range(0, count)
                            .mapToObj(i -> left.contains("t" + i)
                                    ? state("t" + i, 0, 0)
                                    : state("t" + i, 0, 1).setState(RunState.FETCHING))
                            .toList()));
            assertThat(answer.getSerializedSize()).isLessThan(4 << 20);
            answer.getOffersList().forEach(offer -> left.remove(offer.getTopic()));
            assertThat(answer.getMore()).isEqualTo(!left.isEmpty());
            rounds++;
        } while (answer.getNextPollMs() == Offers.SOON_MILLIS);
        assertThat(left).isEmpty();
        assertThat(rounds).isEqualTo(4);
        assertThat(answer.getNextPollMs()).isGreaterThan(Offers.SOON_MILLIS);
    }

    /** It takes what isn't offered for as it is: that there is nothing to run, if nothing runs. */
    @Test
    void processThatStartsAgainIsToldThatThereIsMoreAndNotOutdoneByWhatFailed() {
        int count = 60;
        IntStream.range(0, count).forEach(i -> cache.put(largeHead("t" + i)));
        PollRequest request = request(IntStream.range(0, count)
                .mapToObj(i -> i < count - 1
                        ? state("t" + i, 0, 1).setState(RunState.FAILED).setWanted(1)
                        : state("t" + i, 0, 1).clearState())
                .toList());
        PollResponse answer = answer(polls, request);
        assertThat(answer.getOffers(0).getTopic()).isEqualTo("t" + (count - 1));
        assertThat(answer.getMore()).isFalse();
        assertThat(answer.getNextPollMs()).isGreaterThan(Offers.SOON_MILLIS);

        PollResponse first = answer(
                polls,
                request(IntStream.range(0, count)
                        .mapToObj(i -> state("t" + i, 0, 1).clearState())
                        .toList()));
        assertThat(first.getOffersCount()).isLessThan(count);
        assertThat(first.getMore()).isTrue();
        assertThat(first.getNextPollMs()).isEqualTo(Offers.SOON_MILLIS);
    }

    @Test
    void wrongValuesAreRefusedByName() {
        cache.put(TestHeads.head("t", 5, 3));
        assertRefused("topics[0].topic", state("Not A Topic", 0, 0));
        assertRefused("topics[1].topic", state("t", 0, 0), state("t", 0, 0));
        assertRefused("topics[1].topic", state("unknown", 0, 0), state("unknown", 0, 0));
        assertRefused("topics[0].version", state("t", -1, 0));
        assertRefused("topics[0].revision", state("t", 0, -1));
        assertRefused("topics[0].wanted", state("t", 0, 0).setWanted(-1));
        assertRefused("topics[0].epoch", state("t", 0, 0).setEpoch(-1));
        assertRefused("topics[0].error", state("t", 0, 0).setError("x".repeat(501)));
        // A smiley is one character, in two units of UTF-16.
        poll(state("t", 0, 0).setError("😀".repeat(500)));
        assertRefused(
                "topics",
                IntStream.rangeClosed(0, 10_000)
                        .mapToObj(i -> state("t" + i, 0, 0))
                        .toArray(TopicState.Builder[]::new));
    }

    @Test
    void wrongConsumersAreRefusedByName() {
        assertRefused("consumer.region", Consumer.newBuilder().setRegion("e u"));
        assertRefused("consumer.app", Consumer.newBuilder().setApp("a/b"));
        assertRefused("consumer.cluster", Consumer.newBuilder().setCluster("ü"));
        assertRefused("consumer.instance", Consumer.newBuilder().setInstance("x".repeat(129)));
        answer(
                polls,
                PollRequest.newBuilder()
                        .setConsumer(Consumer.newBuilder().setInstance("Az09._-".repeat(18)))
                        .build());
    }

    @Test
    void nodeThatIsStillLoadingSaysSo() {
        PollAnswers loading = new PollAnswers(new HeadCache(new TestClock()), payloads, 0, NEXT_POLL);
        assertThatThrownBy(() -> answer(loading, request(List.of(state("t", 0, 0)))))
                .isInstanceOfSatisfying(
                        ServiceException.class,
                        no -> assertThat(no.retryAfter()).isPositive());
    }

    private void assertRefused(String field, TopicState.Builder... states) {
        assertThatThrownBy(() -> poll(states))
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.field()).isEqualTo(field));
    }

    private void assertRefused(String field, Consumer.Builder consumer) {
        PollRequest request = PollRequest.newBuilder().setConsumer(consumer).build();
        assertThatThrownBy(() -> answer(polls, request))
                .isInstanceOfSatisfying(
                        InvalidField.class, e -> assertThat(e.field()).isEqualTo(field));
    }

    private Offer onlyOffer(TopicState.Builder state) {
        PollResponse answer = poll(state);
        assertThat(answer.getOffersList()).hasSize(1);
        return answer.getOffers(0);
    }

    private PollResponse poll(TopicState.Builder... states) {
        return answer(polls, request(List.of(states)));
    }

    private static PollResponse answer(PollAnswers polls, PollRequest request) {
        News news = polls.news(request);
        return news == null
                ? polls.nothing(false)
                : polls.answer(news, false, new InlineLoan(new InlineBudget(Long.MAX_VALUE)));
    }

    private static PollRequest request(List<TopicState.Builder> states) {
        PollRequest.Builder request = PollRequest.newBuilder().setConsumer(CONSUMER);
        states.forEach(request::addTopics);
        return request.build();
    }

    private static TopicState.Builder state(String topic, long version, long revision) {
        return TopicState.newBuilder()
                .setTopic(topic)
                .setVersion(version)
                .setEpoch(revision == 0 ? 0 : EPOCH)
                .setRevision(revision)
                .setState(RunState.APPLIED);
    }

    private static Offered offered(Offer offer) {
        Resolution resolution = Resolution.of(offer.getHead(), CONSUMER);
        assertThat(resolution.version()).isEqualTo(offer.getVersion());
        return new Offered(offer.getHead(), offer.getVersion(), resolution.pinned(), true);
    }

    private static TopicHead largeHead(String topic) {
        return TestHeads.empty(topic, 1)
                .addPublications(TestHeads.publication(1, "*"))
                .addVersions(TestHeads.inS3(1, 9).toBuilder().putMetadata("large", "x".repeat(200_000)))
                .build();
    }
}
