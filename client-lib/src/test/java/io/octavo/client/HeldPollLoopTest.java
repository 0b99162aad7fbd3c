package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.octavo.protocol.PollRequest;
import io.octavo.protocol.PollResponse;
import io.octavo.protocol.RunState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Polls that the service holds: what is answered when, the test says. */
class HeldPollLoopTest {
    private static final int HOLD = 30_000;

    private final List<PollRequest> requests = new ArrayList<>();
    private final List<CompletableFuture<PollResponse>> answers = new ArrayList<>();
    private final Queue<Runnable> loads = new ArrayDeque<>();
    private final Harness harness = new Harness(loads::add, Runnable::run, Duration.ofMillis(HOLD), this::asked);
    private boolean loadAtOnce = true;

    @Test
    void firstPollIsAnsweredAtOnceSoThatTheProcessKnowsWhatThereIs() {
        Subscription<String> subscription = harness.subscription().start();
        assertThat(last().getHoldMs()).isZero();
        answer(false);
        assertThat(subscription.state().phase()).isEqualTo(SubscriptionState.Phase.UNRESOLVED);
        assertThat(last().getHoldMs()).isBetween(HOLD / 10, HOLD);
        assertThat(requests).hasSize(2);
    }

    @Test
    void nextPollFollowsAtOnceAndTellsWhatBecameOfTheOffer() {
        Subscription<String> subscription = running();
        harness.topics.publish(TOPIC, "two");
        answer(true);
        assertThat(subscription.get()).isEqualTo("two");
        assertThat(last().getTopics(0).getState()).isEqualTo(RunState.APPLIED);
        assertThat(last().getTopics(0).getVersion()).isEqualTo(2);
        assertThat(last().getHoldMs()).isBetween(HOLD / 10, HOLD);
        assertThat(requests).hasSize(3);
    }

    @Test
    void holdThatEndsWithNothingIsFollowedByTheNext() {
        running();
        harness.timers.advance(Duration.ofMillis(HOLD));
        answer(true);
        assertThat(requests).hasSize(3);
        assertThat(last().getHoldMs()).isBetween(HOLD / 10, HOLD);
    }

    @Test
    void holdsOfProcessesThatCameTogetherEndApart() {
        running();
        int first = last().getHoldMs();
        assertThat(first).isBetween(HOLD / 10, HOLD - 1);
        harness.timers.advance(Duration.ofMillis(first));
        answer(true);
        assertThat(last().getHoldMs()).isEqualTo(HOLD);
        harness.topics.publish(TOPIC, "two");
        answer(true);
        assertThat(last().getHoldMs()).isBetween(HOLD / 10, HOLD - 1);
        harness.timers.advance(Duration.ofMillis(HOLD));
        answer(true);
        assertThat(last().getHoldMs()).isEqualTo(HOLD);
        breakOff();
        assertThat(last().getHoldMs()).isBetween(HOLD / 10, HOLD - 1);
    }

    @Test
    void loadThatTakesLongIsReportedWhenItIsDone() {
        running();
        loadAtOnce = false;
        harness.topics.publish(TOPIC, "two");
        answer(true);
        assertThat(requests).hasSize(2);
        harness.timers.advance(Duration.ofMillis(500));
        assertThat(requests).hasSize(3);
        assertThat(last().getTopics(0).getState()).isEqualTo(RunState.FETCHING);
        CompletableFuture<PollResponse> held = pending();
        load();
        assertThat(held).isCancelled();
        assertThat(last().getTopics(0).getState()).isEqualTo(RunState.APPLIED);
        assertThat(requests).hasSize(4);
    }

    @Test
    void newSubscriptionDoesNotWaitForTheHoldToEnd() {
        running();
        CompletableFuture<PollResponse> held = pending();
        harness.subscription("another", Deserializers.utf8()).start();
        assertThat(held).isCancelled();
        assertThat(requests).hasSize(3);
        assertThat(last().getTopicsCount()).isEqualTo(2);
        assertThat(last().getHoldMs()).isZero();
    }

    @Test
    void serviceThatDoesNotHoldIsPolledEveryPeriod() {
        harness.subscription().start();
        answer(false);
        answer(false);
        assertThat(requests).hasSize(2);
        assertThat(harness.timers.next()).isBetween(Duration.ofSeconds(27), Duration.ofSeconds(33));
        harness.nextPoll();
        assertThat(requests).hasSize(3);
    }

    @Test
    void serviceThatSaysItHoldsAndDoesNotIsNotHammered() {
        running();
        for (int i = 0; i < 10; i++) {
            int before = requests.size();
            answer(true);
            assertThat(requests).hasSize(before);
            assertThat(harness.timers.next()).isEqualTo(Duration.ofSeconds(1));
            harness.timers.advance(Duration.ofSeconds(1));
            assertThat(requests).hasSize(before + 1);
        }
    }

    @Test
    void holdsThatBreakOffAreGivenUpForAWhile() {
        running();
        breakOff();
        assertThat(last().getHoldMs()).isBetween(HOLD / 10, HOLD);
        breakOff();
        assertThat(last().getHoldMs()).isZero();
        for (int minute = 0; minute < 12 && last().getHoldMs() == 0; minute++) {
            answer(false);
            harness.timers.advance(Duration.ofMinutes(1));
        }
        assertThat(last().getHoldMs()).isBetween(HOLD / 10, HOLD);
    }

    @Test
    void closedClientGivesItsPollUp() {
        running();
        harness.machinery.polls().close();
        assertThat(pending()).isCancelled();
        assertThat(requests).hasSize(2);
    }

    private Subscription<String> running() {
        harness.topics.publish(TOPIC, "one");
        Subscription<String> subscription = harness.subscription().start();
        answer(false);
        assertThat(subscription.get()).isEqualTo("one");
        assertThat(last().getHoldMs()).isBetween(HOLD / 10, HOLD);
        assertThat(requests).hasSize(2);
        return subscription;
    }

    private void breakOff() {
        int before = requests.size();
        harness.timers.advance(Duration.ofSeconds(10));
        pending().completeExceptionally(Status.UNAVAILABLE.asRuntimeException());
        harness.timers.advance(Duration.ofSeconds(2));
        assertThat(requests).hasSize(before + 1);
    }

    private CompletableFuture<PollResponse> asked(PollRequest request) {
        requests.add(request);
        CompletableFuture<PollResponse> answer = new CompletableFuture<>();
        answers.add(answer);
        return answer;
    }

    private void answer(boolean holds) {
        PollResponse answer = harness.topics.answer(last());
        pending().complete(answer.toBuilder().setHolds(holds).build());
        if (loadAtOnce) {
            load();
        }
    }

    private void load() {
        while (!loads.isEmpty()) {
            loads.remove().run();
        }
    }

    private PollRequest last() {
        return requests.get(requests.size() - 1);
    }

    private CompletableFuture<PollResponse> pending() {
        return answers.get(answers.size() - 1);
    }
}
