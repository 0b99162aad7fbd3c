package io.octavo.server.housekeeping;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs of tasks, as tests want them. */
final class Runs {
    private Runs() {}

    /** A run that nobody breaks off. */
    static Run of(TaskPart part) {
        return of(part, 1);
    }

    static Run of(TaskPart task, long term) {
        Run run = new Run(term, () -> true, () -> 0);
        task.run(run);
        return run;
    }

    /** A run that somebody has asked for. */
    static Run asked(TaskPart part) {
        Run run = new Run(1, () -> true, () -> 0, true);
        part.run(run);
        return run;
    }

    /** A run that may take so long. */
    static Run within(Duration timeout, TaskPart part, TestTime time) {
        Instant begun = time.instant();
        Run run = new Run(
                1,
                () -> true,
                () -> (double) Duration.between(begun, time.instant()).toMillis() / timeout.toMillis());
        part.run(run);
        return run;
    }

    /** A run that may take so many steps. */
    static Run steps(TaskPart part, int steps) {
        AtomicInteger left = new AtomicInteger(steps);
        Run run = new Run(1, () -> left.getAndDecrement() > 0, () -> 0);
        part.run(run);
        return run;
    }
}
