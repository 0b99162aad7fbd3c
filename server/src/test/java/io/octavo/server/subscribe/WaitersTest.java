package io.octavo.server.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WaitersTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final HeadCache cache = new HeadCache(new TestClock());
    private final List<String> overtook = new ArrayList<>();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);

    WaitersTest() {
        timer.setRemoveOnCancelPolicy(true);
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void holdEndsByItself() throws Exception {
        Waiters waiters = waiters(1 << 20);
        TestWaiter waiter = new TestWaiter(0, 0, "t", "u");
        assertThat(waiters.hold(waiter, Duration.ofMillis(1))).isTrue();
        assertThat(waiter.answered.get(10, TimeUnit.SECONDS)).isNull();
        assertThat(waiters.size()).isZero();
        assertThat(waiters.bytes()).isZero();
    }

    @Test
    void eachChangeThatCameBeforeTheWaiterWasThereIsToldAndNoOther() {
        Waiters waiters = waiters(1 << 20);
        cache.put(TestHeads.head("t", 6, 4));
        cache.put(TestHeads.head("u", 5, 4));
        cache.put(TestHeads.head("v", 7, 4));
        TestWaiter waiter = new TestWaiter(5, 0, "t", "u", "v", "w");
        assertThat(waiters.hold(waiter, LONG)).isTrue();
        assertThat(overtook).containsExactly("t", "v");
        assertThat(waiter.isWaiting()).isTrue();
    }

    @Test
    void whoCannotBeAnsweredIsToldSoAndLeavesNothingBehind() throws Exception {
        Waiters waiters = waiters(1 << 20);
        Error broken = new OutOfMemoryError("unable to create native thread");
        TestWaiter waiter = new TestWaiter(5, 0, "t", "u") {
            @Override
            int answer() {
                throw broken;
            }
        };
        waiters.hold(waiter, LONG);
        assertThat(waiters.answer(waiter)).isZero();
        assertThat(waiter.answered)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCause(broken);
        assertThat(waiters.size()).isZero();
        assertThat(waiters.bytes()).isZero();
        assertThat(waiters.any("t")).isFalse();
        assertThat(timer.getQueue()).isEmpty();
    }

    @Test
    void whoCancelsLeavesNothingBehind() {
        Waiters waiters = waiters(1 << 20);
        TestWaiter waiter = new TestWaiter(5, 0, "t", "u");
        waiters.hold(waiter, LONG);
        assertThat(timer.getQueue()).hasSize(1);
        waiters.cancel(waiter);
        waiters.cancel(waiter);
        assertThat(waiters.size()).isZero();
        assertThat(waiters.bytes()).isZero();
        assertThat(waiters.any("t")).isFalse();
        assertThat(timer.getQueue()).isEmpty();
        assertThat(waiter.isAnswered()).isFalse();
    }

    @Test
    void memoryIsBounded() {
        Waiters waiters = waiters(100_000);
        List<TestWaiter> held = new ArrayList<>();
        TestWaiter next = new TestWaiter(5, 0, "t", "u");
        while (waiters.hold(next, LONG)) {
            held.add(next);
            next = new TestWaiter(5, 0, "t", "u");
        }
        assertThat(held).hasSizeBetween(10, 100);
        assertThat(waiters.bytes()).isLessThanOrEqualTo(100_000);
        waiters.cancel(held.get(0));
        assertThat(waiters.hold(next, LONG)).isTrue();
    }

    @Test
    void nodeThatGoesAwaySendsThemOffAtTimesThatAreSpreadOut() {
        Waiters waiters = waiters(1 << 20);
        List<TestWaiter> held = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            held.add(new TestWaiter(5, 0, "t"));
            waiters.hold(held.get(i), LONG);
        }
        waiters.close(Duration.ofSeconds(2));
        assertThat(held)
                .allSatisfy(waiter ->
                        assertThat(waiter.answered.getNow(null)).isBetween(Duration.ZERO, Duration.ofSeconds(2)));
        assertThat(held.stream().map(waiter -> waiter.answered.getNow(null)).distinct())
                .hasSizeGreaterThan(50);
        assertThat(waiters.hold(new TestWaiter(5, 0, "t"), LONG)).isFalse();
        assertThat(waiters.size()).isZero();
        assertThat(timer.getQueue()).isEmpty();
    }

    private Waiters waiters(long mostBytes) {
        return new Waiters(
                cache, timer, mostBytes, now -> overtook.add(now.head().getTopic()));
    }
}
