package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What is measured of a task. */
final class TaskMetrics {
    private final String task;
    private final MeterRegistry meters;
    private final LongSupplier nanoTime;
    private final Counter examined;
    private final Counter done;
    private final Counter failed;
    private volatile long succeededAt;
    private volatile boolean succeeded;

    TaskMetrics(String task, MeterRegistry meters, LongSupplier nanoTime) {
        this.task = task;
        this.meters = meters;
        this.nanoTime = nanoTime;
        this.examined = items("examined");
        this.done = items("done");
        this.failed = items("failed");
    }

    /** @param term the term in which this node leads now, 0 = it doesn't */
    void register(LongSupplier term) {
        TimeGauge.builder("octavo.housekeeping.success.age", this, TimeUnit.MILLISECONDS, TaskMetrics::ageMillis)
                .description("Time since a run of the task on this node succeeded last")
                .tag("task", task)
                .register(meters);
        Gauge.builder("octavo.housekeeping.leads", () -> term.getAsLong() == 0 ? 0 : 1)
                .description("1 on the node that does the task, 0 on the others")
                .tag("task", task)
                .register(meters);
    }

    void record(RunReport report) {
        meters.counter(
                        "octavo.housekeeping.runs",
                        "task",
                        task,
                        "outcome",
                        report.outcome().name().toLowerCase(Locale.ROOT))
                .increment();
        meters.timer("octavo.housekeeping.duration", "task", task).record(report.took());
        examined.increment((double) report.examined());
        done.increment((double) report.done());
        failed.increment((double) report.failed());
        if (report.outcome() == RunReport.Outcome.DONE) {
            succeededAt = nanoTime.getAsLong();
            succeeded = true;
        }
    }

    private Counter items(String outcome) {
        return Counter.builder("octavo.housekeeping.items")
                .description("Things that runs of the task looked at, put in order, and left to a later run")
                .tag("task", task)
                .tag("outcome", outcome)
                .register(meters);
    }

    private double ageMillis() {
        return succeeded ? (double) TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - succeededAt) : Double.NaN;
    }
}
