package io.octavo.server.housekeeping;

import io.octavo.server.housekeeping.RunReport.Outcome;
import io.octavo.server.lease.Lease;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a task once, within its time and for as long as this node leads. Runs are for one thread. */
final class TaskRunner {
    private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);
    /** After its time a run has so long to end: longer than a call to a store takes. */
    private static final Duration STUCK = Duration.ofMinutes(2);

    private final Task task;
    private final Lease lease;
    private final Duration timeout;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final TaskMetrics metrics;
    private volatile boolean stopping;
    private volatile @Nullable RunReport last;
    private volatile long ranIn;
    private @Nullable Thread running;
    private long deadline;

    TaskRunner(
            Task task, Lease lease, Duration timeout, InstantSource clock, LongSupplier nanoTime, TaskMetrics metrics) {
        this.task = task;
        this.lease = lease;
        this.timeout = timeout;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.metrics = metrics;
        metrics.register(lease::term);
    }

    Task task() {
        return task;
    }

    Lease lease() {
        return lease;
    }

    /** What the last run on this node did; null if there was none. */
    @Nullable
    RunReport last() {
        return last;
    }

    /** From now on no run begins, and one under way ends with its step. */
    void stop() {
        stopping = true;
    }

    /** Whether this node leads, and has begun to run the task: what is measured of it before is an earlier term's. */
    boolean isMeasured() {
        long term = lease.term();
        return !stopping && term != 0 && term == ranIn;
    }

    boolean mayRun() {
        return !stopping && lease.term() != 0;
    }

    /** Runs the task, as it is due; null if this node doesn't lead. */
    @Nullable
    RunReport run() {
        return run(false);
    }

    /** Runs the task, for somebody has asked for it; null if this node doesn't lead. */
    @Nullable
    RunReport runAsked() {
        return run(true);
    }

    private @Nullable RunReport run(boolean asked) {
        long term = lease.term();
        if (stopping || term == 0) {
            return null;
        }
        Instant startedAt = clock.instant();
        long begun = nanoTime.getAsLong();
        Run run = new Run(term, () -> !stopping && lease.leads(term), () -> spent(begun), asked);
        begin(begun);
        @Nullable Throwable failure = null;
        ranIn = term;
        try {
            task.run(run);
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            end();
        }
        Duration took = Duration.ofNanos(nanoTime.getAsLong() - begun);
        RunReport report = report(run, failure, startedAt, took);
        last = report;
        metrics.record(report);
        return report;
    }

    /** Interrupts a run whose time is over, in case it waits for something. */
    synchronized void interruptOverdue() {
        if (running != null && nanoTime.getAsLong() - deadline >= 0) {
            running.interrupt();
        }
    }

    /** Whether a run doesn't even heed that. */
    synchronized boolean isStuck() {
        return running != null && nanoTime.getAsLong() - deadline >= STUCK.toNanos();
    }

    private RunReport report(Run run, @Nullable Throwable failure, Instant startedAt, Duration took) {
        Outcome outcome;
        if (!run.isLed()) {
            outcome = Outcome.STOPPED;
        } else if (!run.isInTime()) {
            outcome = Outcome.TIMED_OUT;
        } else {
            outcome = failure == null && run.failedCount() == 0 ? Outcome.DONE : Outcome.FAILED;
        }
        String error = failure == null ? run.error() : said(failure);
        if (outcome == Outcome.FAILED || outcome == Outcome.TIMED_OUT) {
            LOG.warn(
                    "{}: a run is {} after {} ms: {} done, {} failed; the next goes on. {}",
                    task.name(),
                    outcome,
                    took.toMillis(),
                    run.doneCount(),
                    run.failedCount(),
                    error == null ? "" : error,
                    failure);
        }
        return new RunReport(
                task.name(), startedAt, outcome, run.examinedCount(), run.doneCount(), run.failedCount(), took, error);
    }

    /** What nobody has foreseen seldom says what it is. */
    private static String said(Throwable failure) {
        return failure instanceof RuntimeException ? String.valueOf(failure.getMessage()) : failure.toString();
    }

    private double spent(long begun) {
        return (double) (nanoTime.getAsLong() - begun) / timeout.toNanos();
    }

    private synchronized void begin(long begun) {
        deadline = begun + timeout.toNanos();
        running = Thread.currentThread();
    }

    /** An interrupt that came for this run is not for the next. */
    private synchronized void end() {
        running = null;
        if (!stopping && Thread.interrupted()) {
            LOG.info("{}: a run was interrupted", task.name());
        }
    }
}
