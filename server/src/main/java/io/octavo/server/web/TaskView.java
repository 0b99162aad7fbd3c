package io.octavo.server.web;

import io.octavo.server.housekeeping.RunReport;
import io.octavo.server.housekeeping.TaskStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task of housekeeping, as one node sees it.
 *
 * @param leader  the node that does it; absent if none is known
 * @param ledElsewhere true if that is another node than this one, which knows more of it; else absent
 * @param pending true while a run that was asked for here has not ended; else absent
 * @param lastRun the last run on this node; absent if there was none
 * @param lastAskedRun the last of them that was asked for; absent if there was none
 * @param stopped why it doesn't do what it was to do, and what helps; absent if it does
 * @param found   what its last look has come to, if somebody is to know of it; else absent
 */
record TaskView(
        String task,
        long intervalMillis,
        @Nullable String leader,
        @Nullable Boolean ledElsewhere,
        @Nullable Boolean pending,
        @Nullable Run lastRun,
        @Nullable Run lastAskedRun,
        @Nullable String stopped,
        @Nullable String found) {
    /** All tasks. */
    record Tasks(List<TaskView> tasks) {}

    /** What a run did. */
    record Run(
            String task,
            Instant startedAt,
            RunReport.Outcome outcome,
            long examined,
            long done,
            long failed,
            long tookMillis,
            @Nullable String error) {
        static Run of(RunReport report) {
            return new Run(
                    report.task(),
                    report.startedAt(),
                    report.outcome(),
                    report.examined(),
                    report.done(),
                    report.failed(),
                    report.took().toMillis(),
                    report.error());
        }
    }

    static TaskView of(TaskStatus status) {
        return new TaskView(
                status.task(),
                status.interval().toMillis(),
                status.leader().isEmpty() ? null : status.leader(),
                (status.leader().isEmpty() || status.isHere()) ? null : true,
                status.pending() ? true : null,
                run(status.last()),
                run(status.lastAsked()),
                status.stopped(),
                status.found());
    }

    private static @Nullable Run run(@Nullable RunReport report) {
        return report == null ? null : Run.of(report);
    }
}
