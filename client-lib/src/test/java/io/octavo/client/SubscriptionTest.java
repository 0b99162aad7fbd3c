package io.octavo.client;

import static io.octavo.client.Harness.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

class SubscriptionTest {
    private final Harness harness = new Harness();

    @Test
    void aPublishedVersionIsThereOnceTheFirstPollIsAnswered() throws Exception {
        harness.topics.publish(TOPIC, "hello".getBytes(StandardCharsets.UTF_8), Map.of("by", "me"));
        Subscription<String> subscription = harness.subscription().start();
        assertThat(subscription.get()).isEqualTo("hello");
        assertThat(subscription.awaitValue(Duration.ofSeconds(1))).isEqualTo("hello");
        Snapshot<String> snapshot = subscription.current();
        assertThat(snapshot.version()).isEqualTo(1);
        assertThat(snapshot.revision()).isEqualTo(1);
        assertThat(snapshot.metadata()).containsEntry("by", "me");
        assertThat(snapshot.publishedAt()).isNotNull();
        assertThat(snapshot.source()).isEqualTo(Source.SERVICE);
        assertThat(snapshot.since()).isEqualTo(harness.timers.instant());
        assertThat(subscription.state()).isEqualTo(new SubscriptionState(Phase.RUNNING, 1, 0, null));
    }

    @Test
    void laterVersionsComeByTheNextPoll() {
        harness.topics.publish(TOPIC, "one");
        Subscription<String> subscription = harness.subscription().start();
        harness.topics.publish(TOPIC, "two");
        harness.topics.publish(TOPIC, "three");
        assertThat(subscription.get()).isEqualTo("one");
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("three");
        assertThat(harness.counts.of("applied")).isEqualTo(1);
        harness.nextPoll();
        assertThat(harness.lastPoll().getTopics(0).getState()).isEqualTo(RunState.APPLIED);
        assertThat(harness.lastPoll().getTopics(0).getVersion()).isEqualTo(3);
    }

    @Test
    void aNumberThatIsGivenAgainAfterARestoreIsAnotherVersion() {
        Deque<Runnable> loads = new ArrayDeque<>();
        Harness slow = new Harness(loads::add, Runnable::run);
        slow.topics.publish(TOPIC, "one");
        TopicHead backup = slow.topics.head(TOPIC);
        slow.topics.publish(TOPIC, "lost");
        Subscription<String> subscription = slow.subscription().start();
        loads.remove().run();
        assertThat(subscription.get()).isEqualTo("lost");
        slow.topics.restoreWithoutTrace(backup);
        slow.topics.publish(TOPIC, "two");
        slow.nextPoll();
        loads.remove().run();
        assertThat(subscription.get()).isEqualTo("two");
        assertThat(subscription.current().version()).isEqualTo(2);

        TopicHead then = slow.topics.head(TOPIC);
        slow.topics.publish(TOPIC, "lost on its way");
        slow.nextPoll();
        slow.topics.restoreWithoutTrace(then);
        slow.topics.publish(TOPIC, "three");
        slow.nextPoll();
        while (!loads.isEmpty()) {
            loads.remove().run();
        }
        assertThat(subscription.get()).isEqualTo("three");
        assertThat(subscription.state()).isEqualTo(new SubscriptionState(Phase.RUNNING, 3, 0, null));
    }

    @Test
    void withoutAnyValueItSaysWhy() {
        harness.down(OctavoException.passing("Octavo isn't reachable at home", null));
        Subscription<String> subscription = harness.subscription().start();
        assertThat(subscription.state().phase()).isEqualTo(Phase.STARTING);
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(subscription::get)
                .withMessage("no value of topic greeting: service: Octavo isn't reachable at home; no default is given")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        harness.down(null);
        harness.nextPoll();
        assertThat(subscription.state().phase()).isEqualTo(Phase.UNRESOLVED);
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(() -> subscription.awaitValue(Duration.ofMillis(1)))
                .withMessageContaining("nothing was published for this process");
        harness.topics.publish(TOPIC, "now");
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("now");
    }

    @Test
    void theDefaultHoldsUntilThereIsAVersion() throws Exception {
        List<String> heard = new ArrayList<>();
        Subscription<String> subscription = harness.subscription()
                .defaultValue("default")
                .listener(snapshot -> heard.add(snapshot.value()))
                .start();
        assertThat(subscription.awaitValue(Duration.ofMinutes(1))).isEqualTo("default");
        assertThat(subscription.current().source()).isEqualTo(Source.DEFAULT);
        assertThat(subscription.current().version()).isZero();
        harness.topics.publish(TOPIC, "real");
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("real");
        assertThat(heard).containsExactly("real");
    }

    @Test
    void aListenerHearsTheCurrentValueAndAllAfterIt() {
        harness.topics.publish(TOPIC, "one");
        List<String> early = new ArrayList<>();
        List<String> late = new ArrayList<>();
        Subscription<String> subscription = harness.subscription()
                .listener(snapshot -> early.add(snapshot.value()))
                .start();
        subscription.listen(snapshot -> late.add(snapshot.value()));
        harness.topics.publish(TOPIC, "two");
        harness.nextPoll();
        assertThat(early).containsExactly("one", "two");
        assertThat(late).containsExactly("one", "two");
    }

    @Test
    void theValueIsVisibleBeforeListenersRun() {
        harness.topics.publish(TOPIC, "one");
        List<String> seen = new ArrayList<>();
        Subscription<String> subscription = harness.subscription().start();
        subscription.listen(snapshot -> seen.add(subscription.get()));
        harness.topics.publish(TOPIC, "two");
        harness.nextPoll();
        assertThat(seen).containsExactly("one", "two");
    }

    @Test
    void aThrowingListenerIsCountedAndStopsNobody() {
        harness.topics.publish(TOPIC, "one");
        List<String> heard = new ArrayList<>();
        Subscription<String> subscription = harness.subscription()
                .listener(snapshot -> {
                    throw new IllegalStateException("thrown by the test");
                })
                .listener(
                        task -> {
                            throw new RejectedExecutionException("full, by the test");
                        },
                        snapshot -> {})
                .listener(
                        task -> {
                            throw new NoClassDefFoundError("of the executor, by the test");
                        },
                        snapshot -> {})
                .listener(snapshot -> heard.add(snapshot.value()))
                .start();
        harness.topics.publish(TOPIC, "two");
        harness.nextPoll();
        assertThat(heard).containsExactly("one", "two");
        assertThat(harness.counts.of("LISTENER")).isEqualTo(6);
        assertThat(subscription.state().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void aStepThatBreaksOffDoesNotEndTheFollowing() {
        AtomicBoolean isFull = new AtomicBoolean();
        Harness breaking = new Harness(Runnable::run, task -> {
            if (isFull.getAndSet(false)) {
                throw new InternalError("no thread, by the test");
            }
            task.run();
        });
        breaking.topics.publish(TOPIC, "one");
        Subscription<String> subscription = breaking.subscription()
                .listener(snapshot -> isFull.set(snapshot.version() == 1))
                .start();
        assertThat(subscription.get()).isEqualTo("one");
        breaking.topics.publish(TOPIC, "two");
        breaking.nextPoll();
        assertThat(subscription.get()).isEqualTo("two");
    }

    @Test
    void closingInTheMiddleOfAStepIsNoErrorAndClosesTheValueBefore() throws Exception {
        ExecutorService workers = Wiring.unrefusing(4, "worker");
        Harness closing = new Harness(Runnable::run, workers);
        BlockingQueue<Runnable> busy = new LinkedBlockingQueue<>();
        List<String> closed = new CopyOnWriteArrayList<>();
        List<LogRecord> logged = new CopyOnWriteArrayList<>();
        Logger logger = Logger.getLogger("io.octavo.client");
        Handler handler = new LogCollector(logged);
        logger.addHandler(handler);
        try {
            closing.topics.publish(TOPIC, "one");
            Subscription<AutoCloseable> subscription = closing.<AutoCloseable>subscription(TOPIC, payload -> {
                        String text = Deserializers.utf8().deserialize(payload);
                        return () -> closed.add(text);
                    })
                    .listener(busy::add, snapshot -> {})
                    .start();
            busy.take().run();
            subscription.awaitValue(Duration.ofSeconds(10));
            closing.topics.publish(TOPIC, "two");
            closing.nextPoll();
            Runnable listener = busy.take();
            workers.shutdown();
            assertThat(workers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            subscription.close();
            listener.run();

            assertThat(closed).containsExactly("one", "two");
            assertThat(logged).isEmpty();
        } finally {
            logger.removeHandler(handler);
        }
    }

    @Test
    void aVersionThatCannotBeReadIsReportedAndTriedAgainWhileTheValueStays() {
        harness.topics.publish(TOPIC, "good");
        AtomicBoolean mended = new AtomicBoolean();
        List<SubscriptionState> failures = new ArrayList<>();
        Subscription<String> subscription = harness.subscription(TOPIC, payload -> {
                    String text = Deserializers.utf8().deserialize(payload);
                    if (text.equals("bad") && !mended.get()) {
                        throw new IllegalArgumentException("can't read this");
                    }
                    return text;
                })
                .listener(new SubscriptionListener<>() {
                    @Override
                    public void updated(Snapshot<String> snapshot) {}

                    @Override
                    public void failed(SubscriptionState state) {
                        failures.add(state);
                    }
                })
                .start();
        harness.topics.publish(TOPIC, "bad");
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("good");
        SubscriptionState state = subscription.state();
        assertThat(state.phase()).isEqualTo(Phase.FAILED);
        assertThat(state.version()).isEqualTo(1);
        assertThat(state.offered()).isEqualTo(2);
        assertThat(state.error()).isNotNull().hasMessageContaining("can't read this");
        assertThat(failures).isNotEmpty().allMatch(failed -> failed.offered() == 2);
        harness.nextPoll();
        assertThat(harness.lastPoll().getTopics(0).getState()).isEqualTo(RunState.FAILED);
        assertThat(harness.lastPoll().getTopics(0).getError()).contains("can't read this");
        int before = harness.counts.of("DESERIALIZE");
        assertThat(before).isBetween(3, 12);
        mended.set(true);
        harness.timers.advance(Duration.ofMinutes(1));
        assertThat(subscription.get()).isEqualTo("bad");
        assertThat(subscription.state().phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void aFailedVersionIsTriedAtOnceWhenThereIsNews() {
        harness.topics.publish(TOPIC, "good");
        AtomicInteger attempts = new AtomicInteger();
        Subscription<String> subscription = harness.subscription(TOPIC, payload -> {
                    String text = Deserializers.utf8().deserialize(payload);
                    if (text.equals("bad")) {
                        attempts.incrementAndGet();
                        throw new IllegalArgumentException("can't read this");
                    }
                    return text;
                })
                .start();
        harness.topics.publish(TOPIC, "bad");
        harness.nextPoll();
        harness.timers.advance(Duration.ofMinutes(10));
        harness.topics.publish(TOPIC, "good again");
        harness.nextPoll();
        assertThat(subscription.get()).isEqualTo("good again");
        assertThat(attempts.get()).isLessThan(40);
    }

    @Test
    void aDeserializerThatReturnsNullHasFailed() {
        harness.topics.publish(TOPIC, "x");
        Subscription<String> subscription =
                harness.subscription(TOPIC, SubscriptionTest::careless).start();
        assertThat(subscription.state().phase()).isEqualTo(Phase.FAILED);
        assertThatExceptionOfType(OctavoException.class)
                .isThrownBy(subscription::get)
                .withMessageContaining("returned null");
    }

    @Test
    void aWrongPayloadNeverReachesTheDeserializer() {
        harness.topics.publish(TOPIC, "right");
        harness.topics.corrupt(TOPIC, 1, "wrong".getBytes(StandardCharsets.UTF_8));
        Subscription<String> subscription = harness.<String>subscription(TOPIC, payload -> {
                    throw new AssertionError("must not be called");
                })
                .defaultValue("default")
                .start();
        SubscriptionState state = subscription.state();
        assertThat(state.phase()).isEqualTo(Phase.FAILED);
        assertThat(state.error()).extracting(OctavoException::code).isEqualTo(ErrorCode.DIGEST_MISMATCH);
        assertThat(subscription.get()).isEqualTo("default");
        harness.nextPoll();
        assertThat(harness.counts.of("FETCH")).isPositive();
        assertThat(harness.lastPoll().getTopics(0).getVersion()).isZero();
    }

    @Test
    void closingClosesTheLastValueAndSilencesIt() {
        harness.topics.publish(TOPIC, "one");
        List<String> closed = new ArrayList<>();
        List<Long> heard = new ArrayList<>();
        Subscription<AutoCloseable> subscription = harness.subscription(
                        TOPIC, payload -> closing("version " + payload.version(), closed))
                .listener(snapshot -> heard.add(snapshot.version()))
                .start();
        harness.topics.publish(TOPIC, "two");
        harness.nextPoll();
        assertThat(closed).containsExactly("version 1");
        subscription.close();
        subscription.close();
        assertThat(closed).containsExactly("version 1", "version 2");
        assertThat(subscription.state().phase()).isEqualTo(Phase.CLOSED);
        assertThatIllegalStateException().isThrownBy(subscription::get).withMessageContaining("closed");
        harness.topics.publish(TOPIC, "three");
        int polls = harness.polls.size();
        harness.nextPoll();
        assertThat(heard).containsExactly(1L, 2L);
        assertThat(harness.polls).hasSize(polls);
    }

    @Test
    void aValueThatIsStillInUseAndOneThatCannotBeClosedDoNoHarm() {
        harness.topics.publish(TOPIC, "one");
        List<String> closed = new ArrayList<>();
        AutoCloseable shared = closing("shared", closed);
        Subscription<AutoCloseable> subscription = harness.<AutoCloseable>subscription(TOPIC, payload -> {
                    if (payload.version() < 3) {
                        return shared;
                    }
                    return () -> {
                        throw new NoClassDefFoundError("by the test, at version " + payload.version());
                    };
                })
                .start();
        harness.topics.publish(TOPIC, "two");
        harness.nextPoll();
        assertThat(closed).isEmpty();
        harness.topics.publish(TOPIC, "three");
        harness.nextPoll();
        assertThat(closed).containsExactly("shared");
        for (long version = 4; version <= 5; version++) {
            harness.topics.publish(TOPIC, "more");
            harness.nextPoll();
            assertThat(subscription.state().version()).isEqualTo(version);
        }
        subscription.close();
        assertThat(harness.counts.of("CLOSE")).isEqualTo(3);
    }

    @Test
    void theValueBeforeIsClosedOnlyAfterTheListenersRan() {
        harness.topics.publish(TOPIC, "one");
        List<String> closed = new ArrayList<>();
        List<Integer> closedWhenHeard = new ArrayList<>();
        harness.subscription(TOPIC, payload -> closing("v" + payload.version(), closed))
                .listener(snapshot -> closedWhenHeard.add(closed.size()))
                .start();
        harness.topics.publish(TOPIC, "two");
        harness.nextPoll();
        assertThat(closedWhenHeard).containsExactly(0, 0);
        assertThat(closed).containsExactly("v1");
    }

    private static AutoCloseable closing(String name, List<String> closed) {
        return () -> closed.add(name);
    }

    /** What users may write who have no null checks. */
    @NullUnmarked
    private static String careless(Payload payload) {
        return payload.metadata().get("absent");
    }

    /** Collects what is logged as a warning or worse. */
    private static final class LogCollector extends Handler {
        private final List<LogRecord> logged;

        LogCollector(List<LogRecord> logged) {
            this.logged = logged;
            setLevel(Level.WARNING);
        }

        @Override
        public void publish(LogRecord event) {
            if (isLoggable(event)) {
                logged.add(event);
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
