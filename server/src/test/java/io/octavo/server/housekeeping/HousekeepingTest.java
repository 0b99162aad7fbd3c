package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.housekeeping.RunReport.Outcome;
import io.octavo.server.lease.InMemoryLeaseTable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Nodes with threads of their own, on one table of leases. */
@Timeout(60)
class HousekeepingTest {
    private volatile boolean clockIsRight = true;
    private final InMemoryLeaseTable leases = new InMemoryLeaseTable();
    private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();
    private final Housekeeping a = node("a", Duration.ofHours(1), run -> ran.add("a"));
    private final Housekeeping b = node("b", Duration.ofHours(1), run -> ran.add("b"));

    private Housekeeping node(String name, Duration interval, Consumer<Run> work) {
        return node(name, interval, "10s", work);
    }

    private Housekeeping node(String name, Duration interval, String runTimeout, Consumer<Run> work) {
        HousekeepingConfig config = new Binder(new MapConfigurationPropertySource(Map.of(
                        "octavo.housekeeping.lease", "2s",
                        "octavo.housekeeping.lease-margin", "100ms",
                        "octavo.housekeeping.run-timeout", runTimeout)))
                .bindOrCreate("octavo.housekeeping", HousekeepingConfig.class);
        return new Housekeeping(
                List.of(new TestTask("test", interval, work)),
                leases,
                name,
                config,
                this::checkClock,
                InstantSource.system(),
                System::nanoTime,
                new Random(),
                new SimpleMeterRegistry());
    }

    private void checkClock() {
        if (!clockIsRight) {
            throw ServiceException.unavailable("the clock is wrong", Duration.ofSeconds(10), null);
        }
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
    }

    @Test
    void oneNodeRunsTheTaskAndTheNextOneTakesOverWhenItStops() throws InterruptedException {
        a.start();
        assertThat(ran.take()).isEqualTo("a");
        b.start();
        assertThat(ran.poll(100, TimeUnit.MILLISECONDS)).isNull();
        long begun = System.nanoTime();
        a.close();
        assertThat(ran.take()).isEqualTo("b");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
        assertThat(b.tasks().get(0).leader()).isEqualTo("b");
    }

    @Test
    void nodesWhoseClockIsWrongLeadNothing() throws InterruptedException {
        clockIsRight = false;
        a.start();
        assertThat(ran.poll(1, TimeUnit.SECONDS)).isNull();
        clockIsRight = true;
        assertThat(ran.take()).isEqualTo("a");
        clockIsRight = false;
        while (a.leads("test")) {
            Thread.onSpinWait();
        }
        assertThat(a.tasks().get(0).leader()).as("as last seen").isEqualTo("a");
    }

    @Test
    void aTaskRunsAgainAfterItsInterval() throws InterruptedException {
        try (Housekeeping often = node("c", Duration.ofMillis(20), run -> ran.add("c"))) {
            often.start();
            for (int i = 0; i < 3; i++) {
                assertThat(ran.take()).isEqualTo("c");
            }
        }
    }

    @Test
    void aTaskThatEndsInAnErrorRunsAgain() throws InterruptedException {
        try (Housekeeping failing = node("c", Duration.ofMillis(20), run -> {
            ran.add("c");
            throw new OutOfMemoryError("of this test");
        })) {
            failing.start();
            for (int i = 0; i < 2; i++) {
                assertThat(ran.take()).isEqualTo("c");
            }
        }
    }

    @Test
    void aRunThatIsAskedForAnswersWhatItDid() throws InterruptedException {
        a.start();
        ran.take();
        RunReport report = a.run("test");
        assertThat(report.outcome()).isEqualTo(Outcome.DONE);
        assertThat(ran).hasSize(1);
        assertThat(a.tasks())
                .containsExactly(
                        new TaskStatus("test", Duration.ofHours(1), "a", true, false, report, report, null, null));
    }

    @Test
    void aRunThatNobodyWaitsForIsPendingUntilItHasEnded() throws InterruptedException {
        CountDownLatch goOn = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(2);
        try (Housekeeping slow = node("c", Duration.ofHours(1), run -> {
            begun.countDown();
            if (begun.getCount() == 0) {
                await(goOn);
            }
        })) {
            slow.start();
            while (slow.tasks().get(0).last() == null) {
                Thread.onSpinWait();
            }
            TaskStatus before = slow.request("test");
            assertThat(before.pending()).isFalse();
            assertThat(before.lastAsked()).isNull();
            assertThat(slow.tasks().get(0).pending()).isTrue();
            assertCode(ErrorCode.REQUEST_RUNNING, () -> slow.request("test"));
            goOn.countDown();
            while (slow.tasks().get(0).pending()) {
                Thread.onSpinWait();
            }
            assertThat(requireNonNull(slow.tasks().get(0).lastAsked()).outcome())
                    .isEqualTo(Outcome.DONE);
        }
    }

    @Test
    void aNodeThatDoesNotLeadNamesTheOneThatDoes() throws InterruptedException {
        a.start();
        ran.take();
        assertThatThrownBy(() -> b.run("test")).hasMessageContaining("no node leads test");
        b.start();
        ServiceException refused = refusal(b);
        while (refused.code() == ErrorCode.UNAVAILABLE) {
            refused = refusal(b);
        }
        assertThat(refused.code()).isEqualTo(ErrorCode.LED_ELSEWHERE);
        assertThat(refused).hasMessageContaining("(expected: a, which leads)");
    }

    @Test
    void anUnknownTaskIsNotFoundAndTheKnownOnesAreNamed() {
        assertCode(ErrorCode.NOT_FOUND, () -> a.run("tidy"));
        assertThatThrownBy(() -> a.run("tidy")).hasMessage("no task tidy (expected: test)");
    }

    @Test
    void oneRunAtATimeCanBeAskedFor() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch goOn = new CountDownLatch(1);
        try (Housekeeping slow = node("c", Duration.ofHours(1), run -> {
            begun.countDown();
            if (begun.getCount() == 0) {
                await(goOn);
            }
        })) {
            slow.start();
            while (slow.tasks().get(0).last() == null) {
                Thread.onSpinWait();
            }
            CompletableFuture<RunReport> first = CompletableFuture.supplyAsync(() -> slow.run("test"));
            begun.await();
            assertCode(ErrorCode.REQUEST_RUNNING, () -> slow.run("test"));
            goOn.countDown();
            first.join();
            assertThat(slow.run("test").outcome()).isEqualTo(Outcome.DONE);
        }
    }

    @Test
    void aRunThatWaitsForEverIsInterruptedWhenItsTimeIsOver() {
        try (Housekeeping hanging = node("c", Duration.ofHours(1), "1s", run -> await(new CountDownLatch(1)))) {
            hanging.start();
            RunReport report = null;
            while (report == null) {
                report = hanging.tasks().get(0).last();
            }
            assertThat(report.outcome()).isEqualTo(Outcome.TIMED_OUT);
        }
    }

    @Test
    void closingEndsWhatIsUnderWayAndGivesTheLeaseBack() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        Housekeeping busy = node("c", Duration.ofHours(1), run -> {
            begun.countDown();
            await(new CountDownLatch(1));
        });
        busy.start();
        begun.await();
        busy.close();
        assertThat(requireNonNull(leases.read("test")).holder()).isEmpty();
        assertThat(busy.tasks().get(0).last())
                .isNotNull()
                .satisfies(last -> assertThat(last.outcome()).isEqualTo(Outcome.STOPPED));
        assertThatThrownBy(() -> busy.run("test")).isInstanceOf(ServiceException.class);
    }

    private static ServiceException refusal(Housekeeping node) {
        try {
            throw new AssertionError(node.run("test"));
        } catch (ServiceException e) {
            return e;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ServiceException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
