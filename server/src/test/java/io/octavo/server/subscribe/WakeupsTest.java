package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class WakeupsTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final int KB = 1024;

    private final HeadCache cache = new HeadCache(new TestClock());
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final Waiters waiters = new Waiters(cache, timer, Long.MAX_VALUE, now -> {});
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private long nanos;

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void onlyThoseAreWokenWhoWantToHearIt() {
        Wakeups wakeups = wakeups(1_000, 1 << 30);
        cache.put(TestHeads.head("t", 5, 3));
        TestWaiter concerned = hold(new TestWaiter(5, 100, "other", "t"));
        TestWaiter later = hold(new TestWaiter(6, 100, "t"));
        TestWaiter elsewhere = hold(new TestWaiter(0, 100, "other"));
        cache.put(TestHeads.head("t", 6, 4));
        wakeups.changed("t");
        run(wakeups);
        assertThat(concerned.isAnswered()).isTrue();
        assertThat(later.isAnswered()).isFalse();
        assertThat(elsewhere.isAnswered()).isFalse();
        assertThat(waiters.size()).isEqualTo(2);
        assertThat(meters.counter("octavo.wakeups").count()).isEqualTo(1);
    }

    @Test
    void nothingIsDoneWhileNothingChanges() {
        Wakeups wakeups = wakeups(1_000, 1 << 30);
        hold(new TestWaiter(0, 100, "t"));
        assertThat(wakeups.step()).isNegative();
        wakeups.changed("unknown");
        assertThat(wakeups.step()).isNegative();
    }

    @Test
    void manyChangesOfATopicBeforeItsTurnAreOne() {
        Wakeups wakeups = wakeups(1_000, 1 << 30);
        TestWaiter waiter = hold(new TestWaiter(5, 100, "t"));
        for (int revision = 6; revision < 60; revision++) {
            cache.put(TestHeads.head("t", revision, 4));
            wakeups.changed("t");
        }
        run(wakeups);
        assertThat(waiter.isAnswered()).isTrue();
        assertThat(meters.counter("octavo.wakeups").count()).isEqualTo(1);
    }

    @Test
    void answersArePacedByTheirNumber() {
        Wakeups wakeups = wakeups(1_000, 1 << 30);
        change(wakeups, "t", 2_000, 10);
        // A tenth of a second's worth at once, then 1,000 a second.
        assertThat(secondsToAnswerAll(wakeups)).isBetween(1.85, 1.95);
    }

    @Test
    void answersArePacedByTheirBytes() {
        Wakeups wakeups = wakeups(1_000_000, 10 << 20);
        change(wakeups, "t", 30, 1 << 20);
        assertThat(secondsToAnswerAll(wakeups)).isBetween(2.7, 3.0);
    }

    @Test
    void largeAnswersToManyDontKeepSmallOnesWaiting() {
        Wakeups wakeups = wakeups(1_000_000, 16 << 20);
        change(wakeups, "large", 1_000, 1 << 20);
        run(wakeups, 1.0);
        List<TestWaiter> small = change(wakeups, "small", 1_000, KB);
        double began = seconds();
        while (!small.stream().allMatch(TestWaiter::isAnswered)) {
            step(wakeups);
        }
        // 1 MB of small answers has half of 16 MB a second.
        assertThat(seconds() - began).isLessThan(0.3);
        assertThat(waiters.size()).isGreaterThan(900);
    }

    @Test
    void whoLeavesTheLineCostsNothing() {
        Wakeups wakeups = wakeups(10, 1 << 30);
        List<TestWaiter> all = change(wakeups, "t", 100, 10);
        step(wakeups);
        all.forEach(waiters::cancel);
        double began = seconds();
        run(wakeups);
        assertThat(seconds() - began).isLessThan(0.2);
        assertThat(waiters.size()).isZero();
        assertThat(waiters.bytes()).isZero();
        assertThat(waiters.any("t")).isFalse();
    }

    @Test
    void waiterThatCannotBeAnsweredStopsNobody() {
        Wakeups wakeups = wakeups(1_000, 1 << 30);
        TestWaiter broken = hold(new TestWaiter(5, 100, "t"));
        broken.answered.complete(null);
        List<TestWaiter> others = change(wakeups, "t", 3, 10);
        run(wakeups);
        assertThat(others).allMatch(TestWaiter::isAnswered);
    }

    private Wakeups wakeups(int perSecond, long bytesPerSecond) {
        return new Wakeups(
                cache,
                waiters,
                new HeldConfig(
                        DataSize.ofMegabytes(1), perSecond, DataSize.ofBytes(bytesPerSecond), DataSize.ofBytes(0)),
                () -> nanos,
                meters);
    }

    private TestWaiter hold(TestWaiter waiter) {
        assertThat(waiters.hold(waiter, LONG)).isTrue();
        return waiter;
    }

    private List<TestWaiter> change(Wakeups wakeups, String topic, int count, int bytes) {
        List<TestWaiter> all = IntStream.range(0, count)
                .mapToObj(i -> hold(new TestWaiter(5, bytes, topic)))
                .toList();
        cache.put(TestHeads.head(topic, 6, 4));
        wakeups.changed(topic);
        return all;
    }

    private double secondsToAnswerAll(Wakeups wakeups) {
        double began = seconds();
        run(wakeups);
        assertThat(waiters.size()).isZero();
        return seconds() - began;
    }

    private void run(Wakeups wakeups) {
        run(wakeups, 1e9);
    }

    private void run(Wakeups wakeups, double atMost) {
        double end = seconds() + atMost;
        while (seconds() < end && step(wakeups)) {}
    }

    private boolean step(Wakeups wakeups) {
        long wait = wakeups.step();
        nanos += Math.max(0, wait);
        return wait >= 0;
    }

    private double seconds() {
        return nanos / 1e9;
    }
}
