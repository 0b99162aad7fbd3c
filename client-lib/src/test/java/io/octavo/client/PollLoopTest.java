package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class PollLoopTest {
    private final Harness harness = new Harness();

    @Test
    void allSubscriptionsShareOnePoll() {
        for (int i = 0; i < 300; i++) {
            harness.subscription("topic-" + i, Deserializers.utf8()).start();
        }
        int polls = harness.polls.size();
        harness.nextPoll();
        assertThat(harness.polls).hasSize(polls + 1);
        assertThat(harness.lastPoll().getTopicsCount()).isEqualTo(300);
        assertThat(harness.lastPoll().getConsumer().getRegion()).isEqualTo("eu");
    }

    @Test
    void subscriptionsThatStartDuringAPollAreAskedForTogetherAfterIt() {
        List<PollRequest> asked = new ArrayList<>();
        CompletableFuture<PollResponse> pending = new CompletableFuture<>();
        Limits limits = Limits.of(Duration.ofSeconds(1), Duration.ofSeconds(1), Harness.PERIOD, Duration.ZERO);
        World world = new World(harness.timers, harness.timers, new Random(1), harness.timers);
        PollLoop loop = new PollLoop(
                request -> {
                    asked.add(request);
                    return asked.size() == 1
                            ? pending
                            : CompletableFuture.completedFuture(PollResponse.getDefaultInstance());
                },
                harness.machinery.polls()::identity,
                limits,
                world,
                ClientMetrics.NONE);
        SubscriptionMachinery usual = harness.machinery;
        SubscriptionMachinery machinery = new SubscriptionMachinery(
                loop,
                usual.downloads(),
                usual.starts(),
                usual.disk(),
                usual.start(),
                usual.threads(),
                limits,
                world,
                ClientMetrics.NONE);
        for (int i = 0; i < 50; i++) {
            new SubscriptionBuilder<>("topic-" + i, Deserializers.utf8(), machinery).start();
        }
        assertThat(asked).hasSize(1);
        pending.complete(PollResponse.getDefaultInstance());
        assertThat(asked).hasSize(2);
        assertThat(asked.get(1).getTopicsCount()).isEqualTo(50);
    }

    @Test
    void pollsComeEveryPeriodWithSomeJitter() {
        harness.subscription().start();
        Duration first = harness.timers.next();
        assertThat(first).isBetween(Duration.ofMillis(2_700), Duration.ofSeconds(33));
        harness.timers.advance(first);
        for (int i = 1; i < 20; i++) {
            Duration next = harness.timers.next();
            assertThat(next).isBetween(Duration.ofSeconds(27), Duration.ofSeconds(33));
            harness.timers.advance(next);
        }
        assertThat(harness.polls).hasSize(21);
    }

    @Test
    void theServicesIntervalWinsWithinBounds() {
        harness.topics.nextPollMs(1234);
        harness.subscription().start();
        assertThat(harness.timers.next()).isEqualTo(Duration.ofMillis(1234));
        harness.topics.nextPollMs(1);
        harness.timers.advance(Duration.ofSeconds(2));
        assertThat(harness.timers.next()).isLessThanOrEqualTo(Duration.ofMillis(50));
        harness.topics.nextPollMs(Integer.MAX_VALUE);
        harness.timers.advance(Duration.ofSeconds(1));
        assertThat(harness.timers.next()).isGreaterThan(Duration.ofMinutes(59)).isLessThan(Duration.ofMinutes(61));
    }

    @Test
    void refusedPollsBackOffAndTryATokenThatIsNewByThen() {
        harness.down(io.grpc.Status.UNAUTHENTICATED.asRuntimeException());
        harness.subscription().start();
        harness.timers.advance(Duration.ofMinutes(5));
        assertThat(harness.polls).hasSizeBetween(5, 30);
        harness.down(null);
        harness.timers.advance(Harness.PERIOD);
        assertThat(harness.counts.of("poll")).isPositive();
    }

    @Test
    void failedPollsBackOffAndComeBack() {
        harness.down(new IllegalStateException("down, by the test"));
        Subscription<String> subscription = harness.subscription().start();
        assertThat(harness.timers.next()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
        harness.timers.advance(Duration.ofMinutes(5));
        assertThat(harness.polls).hasSizeBetween(12, 30);
        harness.down(null);
        harness.topics.publish(TOPIC, "back");
        harness.timers.advance(Harness.PERIOD);
        assertThat(subscription.get()).isEqualTo("back");
        assertThat(harness.counts.of("no poll")).isGreaterThan(10);
    }

    /** Else all that failed in the last second of an outage would come in the first one after it. */
    @Test
    void whoPollsNowAndThenWaitsByChanceFromTheFirstFailureOn() {
        harness.subscription().start();
        List<Duration> waits = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            harness.down(new IllegalStateException("down, by the test"));
            harness.timers.advance(harness.timers.next());
            waits.add(harness.timers.next());
            harness.down(null);
            harness.timers.advance(harness.timers.next());
        }
        waits.sort(Comparator.naturalOrder());
        assertThat(waits.get(20)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(35));
        assertThat(waits.get(39)).isBetween(Duration.ofSeconds(20), Harness.PERIOD.multipliedBy(2));
    }

    @Test
    void severalSubscriptionsOfATopicAllHearOfIt() {
        harness.topics.publish(TOPIC, "one");
        Subscription<String> first = harness.subscription().start();
        Subscription<String> second = harness.subscription().start();
        assertThat(second.get()).isEqualTo("one");
        harness.topics.publish(TOPIC, "two");
        harness.nextPoll();
        assertThat(harness.lastPoll().getTopicsCount()).isEqualTo(1);
        assertThat(List.of(first.get(), second.get())).containsExactly("two", "two");
        first.close();
        harness.topics.publish(TOPIC, "three");
        harness.nextPoll();
        assertThat(second.get()).isEqualTo("three");
    }

    @Test
    void aNewSubscriptionReportsThatItHasNothing() {
        harness.subscription().start();
        TopicState state = harness.lastPoll().getTopics(0);
        assertThat(state).isEqualTo(TopicState.newBuilder().setTopic(TOPIC).build());
    }

    @Test
    void thereIsABoundOnTopics() {
        harness.down(new IllegalStateException("down, by the test"));
        for (int i = 0; i < PollLoop.MOST_TOPICS; i++) {
            harness.subscription("topic-" + i, Deserializers.utf8()).start();
        }
        assertThat(harness.polls).hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> harness.subscription().start())
                .withMessage("topics of one client: 10001 (expected: at most 10000)");
        harness.subscription("topic-1", Deserializers.utf8()).start();
    }

    @Test
    void theNextSubscriptionIsPolledForIfTheLastOneWasClosedWhilePollsFailed() {
        harness.down(new IllegalStateException("down, by the test"));
        harness.subscription().start().close();
        harness.timers.advance(Duration.ofMinutes(1));
        harness.down(null);
        harness.topics.publish(TOPIC, "back");
        assertThat(harness.subscription().start().get()).isEqualTo("back");
    }

    @Test
    void aTopicWhoseOfferFoundNoRoomIsNotTakenForUnpublished() {
        Topics topics = new Topics();
        topics.publish(TOPIC, "one");
        List<PollRequest> asked = new ArrayList<>();
        Harness crowded = polling(request -> {
            asked.add(request);
            return asked.size() == 1
                    ? PollResponse.newBuilder().setMore(true).setNextPollMs(100).build()
                    : topics.answer(request);
        });
        Subscription<String> subscription =
                crowded.subscription().defaultIfUnpublished("none").start();
        assertThat(subscription.state().phase()).isEqualTo(SubscriptionState.Phase.STARTING);
        crowded.timers.advance(Duration.ofMillis(100));
        assertThat(subscription.get()).isEqualTo("one");
    }

    @Test
    void pollsGoOnAfterOneThatCouldNotBeSent() {
        List<PollRequest> asked = new ArrayList<>();
        Harness broken = polling(request -> {
            asked.add(request);
            if (asked.size() == 2) {
                throw new OutOfMemoryError("unable to create native thread, by the test");
            }
            return PollResponse.getDefaultInstance();
        });
        broken.subscription().start();
        broken.timers.advance(Harness.PERIOD.multipliedBy(4));
        assertThat(asked).hasSizeGreaterThan(2);
        assertThat(broken.counts.of("no poll")).isEqualTo(1);
    }

    @Test
    void pollsGoOnAfterAnAnswerThatCouldNotBeDealtWith() {
        harness.counts.broken = new NoSuchMethodError("by the test");
        harness.subscription().start();
        harness.timers.advance(Harness.PERIOD.multipliedBy(4));
        assertThat(harness.polls).hasSizeBetween(4, 6);
        int before = harness.polls.size();
        harness.down(new IllegalStateException("down, by the test"));
        harness.timers.advance(Harness.PERIOD.multipliedBy(4));
        assertThat(harness.polls).hasSizeGreaterThan(before + 1);
    }

    @Test
    void errorsOfManyTopicsDoNotMakeAPollTooLarge() {
        harness.down(new IllegalStateException("down, by the test"));
        for (int i = 0; i < 1_000; i++) {
            String topic = "topic-" + i;
            harness.topics.publish(topic, "x");
            harness.subscription(topic, payload -> {
                        throw new IllegalStateException("…".repeat(1_000));
                    })
                    .start();
        }
        harness.down(null);
        harness.nextPoll();
        harness.nextPoll();
        PollRequest poll = harness.lastPoll();
        assertThat(poll.getSerializedSize()).isBetween(1_000_000, 1_200_000);
        assertThat(poll.getTopicsList()).hasSize(1_000).allMatch(state -> state.getState() == RunState.FAILED);
    }

    private static Harness polling(Function<PollRequest, PollResponse> service) {
        return new Harness(
                Runnable::run,
                Runnable::run,
                Duration.ZERO,
                request -> CompletableFuture.completedFuture(service.apply(request)));
    }

    @Test
    void aClosedLoopTakesNothing() {
        harness.machinery.polls().close();
        assertThatIllegalStateException()
                .isThrownBy(() -> harness.subscription().start());
    }
}
