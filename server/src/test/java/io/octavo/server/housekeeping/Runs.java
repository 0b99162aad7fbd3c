package io.octavo.server.housekeeping;

import java.util.concurrent.atomic.AtomicInteger;

/** Runs of tasks, as tests want them. */
final class Runs {
    private Runs() {}

    /** A run that nobody breaks off. */
    static Run of(Task task) {
        return of(task, 1);
    }

    static Run of(Task task, long term) {
        Run run = new Run(term, () -> true, () -> true);
        task.run(run);
        return run;
    }

    /** A run that may take so many steps. */
    static Run steps(Task task, int steps) {
        AtomicInteger left = new AtomicInteger(steps);
        Run run = new Run(1, () -> left.getAndDecrement() > 0, () -> true);
        task.run(run);
        return run;
    }
}
