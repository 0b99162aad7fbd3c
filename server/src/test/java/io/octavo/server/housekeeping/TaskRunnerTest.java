package io.octavo.server.housekeeping;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.octavo.server.housekeeping.RunReport.Outcome;
import io.octavo.server.lease.InMemoryLeaseTable;
import io.octavo.server.lease.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TaskRunnerTest {
    private static final Duration LENGTH = Duration.ofSeconds(9);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final TestTime time = new TestTime();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final InMemoryLeaseTable table = new InMemoryLeaseTable();
    private final Lease lease = lease("a");

    private Lease lease(String node) {
        return new Lease(
                "test", node, UUID.randomUUID(), new Lease.Terms(LENGTH, Duration.ofSeconds(1)), table, time, time);
    }

    private TaskRunner runner(Consumer<Run> work) {
        TaskMetrics metrics = new TaskMetrics("test", meters, time);
        return new TaskRunner(TestTask.of(work), lease, TIMEOUT, time, time, metrics);
    }

    @Test
    void aNodeThatDoesNotLeadRunsNothing() {
        TaskRunner runner = runner(run -> {
            throw new AssertionError();
        });
        assertThat(runner.run()).isNull();
        assertThat(runner.last()).isNull();
        assertThat(meters.get("octavo.housekeeping.leads").gauge().value()).isZero();
    }

    @Test
    void aRunTellsWhatItDid() {
        lease.step();
        TaskRunner runner = runner(run -> {
            run.examined();
            run.examined();
            run.done();
            time.pass(Duration.ofMillis(1500));
        });
        RunReport report = new RunReport("test", time.instant(), Outcome.DONE, 2, 1, 0, Duration.ofMillis(1500), null);
        assertThat(runner.run()).isEqualTo(report);
        assertThat(runner.last()).isEqualTo(report);
        assertCounted("done");
        assertThat(items("examined")).isEqualTo(2);
        assertThat(items("done")).isEqualTo(1);
        assertThat(items("failed")).isZero();
        assertThat(meters.get("octavo.housekeeping.duration")
                        .tag("task", "test")
                        .timer()
                        .totalTime(TimeUnit.MILLISECONDS))
                .isEqualTo(1500);
        assertThat(meters.get("octavo.housekeeping.leads").gauge().value()).isEqualTo(1);
        time.pass(Duration.ofSeconds(3));
        assertThat(meters.get("octavo.housekeeping.success.age").timeGauge().value(TimeUnit.SECONDS))
                .isEqualTo(3);
    }

    @Test
    void aRunKnowsWhetherSomebodyHasAskedForIt() {
        lease.step();
        List<Boolean> asked = new ArrayList<>();
        TaskRunner runner = runner(run -> asked.add(run.isAsked()));
        runner.run();
        runner.runAsked();
        assertThat(asked).containsExactly(false, true);
    }

    @Test
    void aRunThatGoesOnLongAfterItsTimeIsStuck() {
        lease.step();
        List<Boolean> stuck = new ArrayList<>();
        TaskRunner[] runner = new TaskRunner[1];
        runner[0] = runner(run -> {
            time.pass(TIMEOUT.plus(Duration.ofMinutes(2)).minusMillis(1));
            stuck.add(runner[0].isStuck());
            time.pass(Duration.ofMillis(1));
            stuck.add(runner[0].isStuck());
        });
        runner[0].run();
        stuck.add(runner[0].isStuck());
        assertThat(stuck).containsExactly(false, true, false);
    }

    @Test
    void aFailureDoesNotHideWhatWasDoneBefore() {
        lease.step();
        RunReport report = requireNonNull(runner(run -> {
                    run.done();
                    throw new IllegalStateException("out of order");
                })
                .run());
        assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(report.done()).isEqualTo(1);
        assertThat(report.error()).isEqualTo("out of order");
        assertCounted("failed");
        assertThat(meters.get("octavo.housekeeping.success.age").timeGauge().value())
                .isNaN();
    }

    @Test
    void whatNobodyHasForeseenIsToldToo() {
        lease.step();
        RunReport report = requireNonNull(runner(run -> {
                    throw new NoClassDefFoundError("io/octavo/Absent");
                })
                .run());
        assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(report.error()).isEqualTo("java.lang.NoClassDefFoundError: io/octavo/Absent");
    }

    @Test
    void whatIsMeasuredIsOfThePresentTermOnceARunHasBegun() {
        TaskRunner runner = runner(run -> {});
        lease.step();
        assertThat(runner.mayRun()).isTrue();
        assertThat(runner.isMeasured()).isFalse();
        runner.run();
        assertThat(runner.isMeasured()).isTrue();
        runner.stop();
        assertThat(runner.isMeasured()).isFalse();
    }

    @Test
    void aRunInWhichSomethingFailedHasFailed() {
        lease.step();
        RunReport report = requireNonNull(runner(run -> {
                    run.failed(new IllegalStateException("the first"));
                    run.failed(new IllegalStateException("the second"));
                })
                .run());
        assertThat(report.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(report.failed()).isEqualTo(2);
        assertThat(items("failed")).isEqualTo(2);
        assertThat(report.error()).isEqualTo("the first");
    }

    @Test
    void aRunThatTakesTooLongMayNotGoOn() {
        lease.step();
        List<Boolean> steps = new ArrayList<>();
        RunReport report = requireNonNull(runner(run -> {
                    time.pass(TIMEOUT.minusNanos(1));
                    steps.add(run.mayGoOn());
                    time.pass(Duration.ofNanos(1));
                    steps.add(run.mayGoOn());
                })
                .run());
        assertThat(steps).containsExactly(true, false);
        assertThat(report.outcome()).isEqualTo(Outcome.TIMED_OUT);
    }

    @Test
    void aDeposedNodeSeesItBeforeItsNextStep() {
        Lease other = lease("b");
        lease.step();
        other.step();
        RunReport report = requireNonNull(runner(run -> {
                    assertThat(run.term()).isEqualTo(1);
                    assertThat(run.mayGoOn()).isTrue();
                    time.pass(LENGTH);
                    other.step();
                    assertThat(other.term()).isEqualTo(2);
                    assertThat(run.mayGoOn()).isFalse();
                })
                .run());
        assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
        assertCounted("stopped");
    }

    @Test
    void aRunDoesNotGoOnInALaterTerm() {
        Lease other = lease("b");
        lease.step();
        other.step();
        RunReport report = requireNonNull(runner(run -> {
                    time.pass(LENGTH);
                    other.step();
                    other.release();
                    lease.step();
                    lease.step();
                    assertThat(lease.term()).isEqualTo(3);
                    assertThat(run.mayGoOn()).isFalse();
                })
                .run());
        assertThat(report.outcome()).isEqualTo(Outcome.STOPPED);
    }

    @Test
    void onlyARunWhoseTimeIsOverIsInterrupted() {
        lease.step();
        List<Boolean> interrupted = new ArrayList<>();
        TaskRunner[] runner = new TaskRunner[1];
        runner[0] = runner(run -> {
            runner[0].interruptOverdue();
            interrupted.add(Thread.currentThread().isInterrupted());
            time.pass(TIMEOUT);
            runner[0].interruptOverdue();
            interrupted.add(Thread.currentThread().isInterrupted());
        });
        runner[0].run();
        runner[0].interruptOverdue();
        assertThat(interrupted).containsExactly(false, true);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void aStoppedRunnerBeginsNothing() {
        lease.step();
        TaskRunner runner = runner(run -> assertThat(run.mayGoOn()).isTrue());
        assertThat(runner.mayRun()).isTrue();
        runner.stop();
        assertThat(runner.mayRun()).isFalse();
        assertThat(runner.run()).isNull();
    }

    private double items(String outcome) {
        return meters.get("octavo.housekeeping.items")
                .tags("task", "test", "outcome", outcome)
                .counter()
                .count();
    }

    private void assertCounted(String outcome) {
        assertThat(meters.get("octavo.housekeeping.runs")
                        .tags("task", "test", "outcome", outcome)
                        .counter()
                        .count())
                .isEqualTo(1);
    }
}
