package io.octavo.server.subscribe;

import static io.octavo.server.subscribe.TestHeads.CONSUMER;
import static io.octavo.server.subscribe.TestHeads.EPOCH;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.rpc.RetryInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.protocol.ListConsumersRequest;
import io.octavo.protocol.Offer;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.RunState;
import io.octavo.protocol.SubscribeServiceGrpc;
import io.octavo.protocol.SubscribeServiceGrpc.SubscribeServiceFutureStub;
import io.octavo.protocol.TopicState;
import io.octavo.server.fallback.NoFallback;
import io.octavo.server.grpc.GrpcFixture;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.util.unit.DataSize;

@Timeout(60)
class HeldPollTest {
    private static final int LONG = 30_000;
    private static final int SOME_SECONDS = 3_000;
    private static final int SHORT = 50;

    private final TestClock clock = new TestClock();
    private final FaultyLog log = new FaultyLog(clock);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MapPayloads payloads = new MapPayloads();
    private final SubscribeRole role = new SubscribeRole(
            log,
            log,
            payloads,
            new SubscribeConfig(
                    Duration.ofMinutes(1), DataSize.ofMegabytes(1), DataSize.ofMegabytes(32), Duration.ofSeconds(40)),
            new HeldConfig(DataSize.ofKilobytes(64), 1000, DataSize.ofMegabytes(100), DataSize.ofMegabytes(1)),
            new ConsumersConfig(DataSize.ofMegabytes(1)),
            NoFallback.cache(),
            "eu",
            clock,
            new Random(1),
            meters);
    private final GrpcFixture grpc;
    private final SubscribeServiceFutureStub stub;

    HeldPollTest() throws IOException {
        grpc = GrpcFixture.of(List.of(role.service()), SubscribeRole.ON_TRANSPORT);
        stub = SubscribeServiceGrpc.newFutureStub(grpc.channel());
    }

    @BeforeEach
    void start() {
        role.cache().put(TestHeads.head("t", 5, 3));
        role.start();
        await().until(role.cache()::ready);
    }

    @AfterEach
    void close() {
        grpc.close();
        role.close();
    }

    @Test
    void isAnsweredWhenATopicChangesForTheProcess() throws Exception {
        ListenableFuture<PollResponse> poll = hold(LONG, state("u", 0, 0), state("t", 3, 5));
        put("t", 6, 4);
        PollResponse answer = answer(poll);
        assertThat(answer.getHolds()).isTrue();
        assertThat(answer.getNextPollMs()).isZero();
        Offer offer = answer.getOffers(0);
        assertThat(offer.getTopic()).isEqualTo("t");
        assertThat(offer.getVersion()).isEqualTo(4);
        assertThat(offer.getPayload()).isEqualTo(TestHeads.payload(4));
        assertThat(held()).isZero();
        // Counted once it is sent off.
        await().until(() -> meters.counter("octavo.wakeups").count() == 1);
    }

    @Test
    void isKnownWithWhatItSaysWhileItWaits() {
        ListenableFuture<PollResponse> poll = hold(LONG, state("t", 3, 5).setState(RunState.APPLIED));
        assertThat(role.consumers()
                        .list(ListConsumersRequest.newBuilder().setLimit(2).build())
                        .getConsumersList())
                .singleElement()
                .satisfies(consumer -> {
                    assertThat(consumer.getTopic()).isEqualTo("t");
                    assertThat(consumer.getVersion()).isEqualTo(3);
                    assertThat(consumer.getState()).isEqualTo(RunState.APPLIED);
                });
        poll.cancel(true);
    }

    @Test
    void isAnsweredWhenATopicAppears() throws Exception {
        ListenableFuture<PollResponse> poll = hold(LONG, state("new", 0, 0));
        put("new", 1, 1);
        assertThat(answer(poll).getOffers(0).getTopic()).isEqualTo("new");
    }

    @Test
    void whatChangesForOthersRidesAlongWhenTheHoldEnds() throws Exception {
        ListenableFuture<PollResponse> poll = hold(SOME_SECONDS, state("t", 3, 5));
        role.cache()
                .put(TestHeads.head("t", 6, 3).toBuilder()
                        .setNewestVersion(9)
                        .addPublications(TestHeads.publication(9, "region=us"))
                        .addVersions(TestHeads.direct(9))
                        .build());
        PollResponse answer = answer(poll);
        assertThat(meters.counter("octavo.wakeups").count()).isZero();
        assertThat(answer.getHolds()).isTrue();
        assertThat(answer.getOffers(0).getRevision()).isEqualTo(6);
        assertThat(answer.getOffers(0).getVersion()).isEqualTo(3);
    }

    @Test
    void endsWithNothingIfNothingHappens() throws Exception {
        PollResponse answer = answer(poll(SHORT, state("t", 3, 5), state("u", 0, 0)));
        assertThat(answer).isEqualTo(PollResponse.newBuilder().setHolds(true).build());
    }

    @Test
    void processThatHeardItAndIsBusyOrFailedIsHeld() throws Exception {
        for (RunState state : List.of(RunState.FETCHING, RunState.FAILED, RunState.OVERRIDDEN)) {
            hold(LONG, state("t", 2, 5).setState(state)).cancel(true);
            awaitNone();
            hold(LONG, state("t", 0, 5).setState(state)).cancel(true);
            awaitNone();
        }
    }

    @Test
    void processThatHeardItAndDoesNotRunItIsAnsweredAtOnce() throws Exception {
        assertThat(answer(poll(LONG, state("t", 2, 5).setState(RunState.APPLIED)))
                        .getOffersList())
                .hasSize(1);
        assertThat(answer(poll(LONG, state("t", 0, 5))).getOffersList()).hasSize(1);
        // It has heard of more than this node knows, and has nothing to run.
        assertThat(answer(poll(LONG, state("t", 0, 9))).getOffersList()).hasSize(1);
    }

    @Test
    void processThatRunsWhatNobodyIsToRunIsToldOnce() throws Exception {
        role.cache().put(TestHeads.empty("gone", 7).setNewestVersion(3).build());
        Offer told = answer(poll(LONG, state("gone", 3, 6))).getOffers(0);
        assertThat(told.getVersion()).isZero();
        hold(LONG, state("gone", 3, 7)).cancel(true);
    }

    @Test
    void callThatIsCancelledFreesItsPlace() throws Exception {
        ListenableFuture<PollResponse> poll = hold(LONG, state("t", 3, 5));
        poll.cancel(true);
        awaitNone();
        // They are counted off last.
        await().until(() -> meters.get("octavo.poll.held.bytes").gauge().value() == 0);
    }

    @Test
    void tooManyAreAnsweredAtOnceAndToldWhenToCome() throws Exception {
        List<ListenableFuture<PollResponse>> polls = new ArrayList<>();
        PollResponse answer = PollResponse.getDefaultInstance();
        while (polls.size() < 100 && answer.getNextPollMs() == 0) {
            ListenableFuture<PollResponse> poll = poll(LONG, state("t", 3, 5));
            polls.add(poll);
            int count = polls.size();
            await().pollInterval(Duration.ofMillis(2)).until(() -> poll.isDone() || held() == count);
            answer = poll.isDone() ? answer(poll) : answer;
        }
        assertThat(polls).hasSizeBetween(10, 99);
        assertThat(answer.getHolds()).isFalse();
        assertThat(answer.getNextPollMs()).isBetween(36_000, 44_000);
    }

    @Test
    void nodeThatGoesAwaySendsThePollToAnotherOne() throws Exception {
        ListenableFuture<PollResponse> poll = hold(LONG, state("t", 3, 5));
        role.sendAway();
        assertThatThrownBy(() -> answer(poll))
                .hasCauseInstanceOf(StatusRuntimeException.class)
                .satisfies(failure -> {
                    StatusRuntimeException status = requireNonNull((StatusRuntimeException) failure.getCause());
                    assertThat(status.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
                    assertThat(requireNonNull(StatusProto.fromThrowable(status)).getDetailsList())
                            .anyMatch(detail -> detail.is(RetryInfo.class));
                });
        assertThat(answer(poll(LONG, state("t", 3, 5))).getHolds()).isFalse();
    }

    @Test
    void isNotAnsweredWithAVersionWhosePayloadIsMissingUntilThatIsBack() throws Exception {
        payloads.lose(4);
        ListenableFuture<PollResponse> poll = hold(LONG, state("t", 3, 5));
        put("t", 6, 4);
        await().until(() -> meters.get("octavo.held.back").gauge().value() == 1);
        assertThat(poll.isDone()).isFalse();
        payloads.bringBack(4);
        clock.advance(Duration.ofSeconds(10));
        assertThat(answer(poll).getOffers(0).getVersion()).isEqualTo(4);
    }

    @Test
    void processThatFailsToStartWithAPayloadThatIsGoneIsGivenWhatStandsIn() throws Exception {
        log.commit(
                TestHeads.empty("old", 1).build(),
                List.of(TestHeads.direct(7).toBuilder()
                        .addPublications(TestHeads.publication(7, "*"))
                        .build()));
        put("old", 2, 8);
        payloads.lose(8);
        Offer standIn = answer(
                        poll(LONG, state("old", 0, 2).setState(RunState.FAILED).setWanted(8)))
                .getOffers(0);
        assertThat(standIn.getVersion()).isEqualTo(7);
        // It runs that one now, and waits for the other.
        ListenableFuture<PollResponse> poll = hold(LONG, state("old", 7, 2).setState(RunState.APPLIED));
        payloads.bringBack(8);
        clock.advance(Duration.ofSeconds(10));
        assertThat(answer(poll).getOffers(0).getVersion()).isEqualTo(8);
    }

    @Test
    void holdOutOfBoundsIsRefused() {
        for (int hold : List.of(-1, 30_001)) {
            assertThatThrownBy(() -> answer(poll(hold, state("t", 3, 5))))
                    .hasMessageContaining("hold_ms: " + hold + " (expected: 0 to 30000)");
        }
    }

    @Test
    void noChangeIsLostWhileManyPollAndMuchChanges() throws Exception {
        int topics = 5;
        int last = 300;
        List<Thread> processes = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String[] followed = {"s" + i % topics, "s" + (i + 1) % topics};
            Thread process = new Thread(() -> follow(last, followed));
            process.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
            processes.add(process);
            process.start();
        }
        for (int revision = 1; revision <= last; revision++) {
            for (int topic = 0; topic < topics; topic++) {
                put("s" + topic, revision, revision);
            }
        }
        for (Thread process : processes) {
            // Shorter than a hold: a wake-up that is lost is not made good by its end.
            process.join(20_000);
            assertThat(process.isAlive()).isFalse();
        }
        assertThat(failures).isEmpty();
    }

    private void follow(int last, String... topics) {
        long[] versions = new long[topics.length];
        while (versions[0] < last || versions[1] < last) {
            try {
                PollResponse answer = answer(poll(
                        LONG, state(topics[0], versions[0], versions[0]), state(topics[1], versions[1], versions[1])));
                for (Offer offer : answer.getOffersList()) {
                    int index = offer.getTopic().equals(topics[0]) ? 0 : 1;
                    assertThat(offer.getVersion()).isGreaterThanOrEqualTo(versions[index]);
                    versions[index] = offer.getVersion();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Polls, and waits until it is held. */
    private ListenableFuture<PollResponse> hold(int millis, TopicState.Builder... states) {
        long before = polls();
        ListenableFuture<PollResponse> poll = poll(millis, states);
        // It is counted as waiting before it has looked a last time whether it has to: then it answers itself.
        await().pollInterval(Duration.ofMillis(2)).until(() -> held() == 1 && polls() == before + 1);
        assertThat(poll.isDone()).isFalse();
        return poll;
    }

    private ListenableFuture<PollResponse> poll(int millis, TopicState.Builder... states) {
        PollRequest.Builder request =
                PollRequest.newBuilder().setConsumer(CONSUMER).setHoldMs(millis);
        for (TopicState.Builder state : states) {
            request.addTopics(state);
        }
        return stub.poll(request.build());
    }

    private static PollResponse answer(ListenableFuture<PollResponse> poll) throws Exception {
        return poll.get(20, TimeUnit.SECONDS);
    }

    private void awaitNone() {
        await().pollInterval(Duration.ofMillis(2)).until(() -> held() == 0);
    }

    private long polls() {
        return meters.get("octavo.poll").timer().count();
    }

    private double held() {
        return meters.get("octavo.poll.held").gauge().value();
    }

    private void put(String topic, long revision, long version) {
        role.cache().put(TestHeads.head(topic, revision, version));
    }

    private static TopicState.Builder state(String topic, long version, long revision) {
        return TopicState.newBuilder()
                .setTopic(topic)
                .setVersion(version)
                .setEpoch(revision == 0 ? 0 : EPOCH)
                .setRevision(revision);
    }
}
