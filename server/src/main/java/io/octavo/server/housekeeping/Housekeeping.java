package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.lease.Lease;
import io.octavo.server.lease.LeaseTable;
import io.octavo.server.topic.TopicCommits.ClockCheck;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The housekeeping role of a node: takes part in the lease of every task, and runs those that it leads. Nothing else
 * waits for it. Safe for use by several threads.
 */
public final class Housekeeping implements AutoCloseable {
    /** Above the run that may be under way when one is asked for. */
    private static final Duration WAIT_MARGIN = Duration.ofSeconds(30);

    private final Map<String, TaskLoop> loops = new LinkedHashMap<>();

    /**
     * Starts nothing; see {@link #start}.
     *
     * @param node       this node's name
     * @param clockCheck while it refuses, this node leads nothing
     * @param nanoTime   as {@link System#nanoTime}
     * @param random     for the process's name in leases, and for waits that differ between nodes
     */
    public Housekeeping(
            List<Task> tasks,
            LeaseTable leases,
            String node,
            HousekeepingConfig config,
            ClockCheck clockCheck,
            InstantSource clock,
            LongSupplier nanoTime,
            RandomGenerator random,
            MeterRegistry meters) {
        UUID process = new UUID(random.nextLong(), random.nextLong());
        Lease.Terms terms = new Lease.Terms(config.lease(), config.leaseMargin());
        for (Task task : tasks) {
            Lease lease = new Lease(task.name(), node, process, terms, leases, clock, nanoTime);
            TaskMetrics metrics = new TaskMetrics(task.name(), meters, nanoTime);
            TaskRunner runner = new TaskRunner(task, lease, config.runTimeout(), clock, nanoTime, metrics);
            task.measure(runner::isMeasured);
            loops.put(
                    task.name(),
                    new TaskLoop(runner, clockCheck, config.runTimeout().plus(WAIT_MARGIN), random));
        }
    }

    /** Begins to take part; doesn't wait for anything. */
    public void start() {
        loops.values().forEach(TaskLoop::start);
    }

    /**
     * Runs a task now, and waits for it: for as long as a run may take at most.
     *
     * @throws ServiceException NOT_FOUND if there is no such task; LED_ELSEWHERE, naming the node, if another one leads
     *     it; REQUEST_RUNNING if it was asked for already; UNAVAILABLE if nobody leads it at this moment
     */
    public RunReport run(String task) {
        return loop(task).ask();
    }

    /**
     * Has a task run now, and doesn't wait for it: {@link #tasks} tells when it is over, and what it did.
     *
     * @return how the task stood before
     * @throws ServiceException as {@link #run}
     */
    public TaskStatus request(String task) {
        return loop(task).request();
    }

    /**
     * Allows what a task has stopped, and told of.
     *
     * @param seen the word by which it was told
     * @throws ServiceException NOT_FOUND or LED_ELSEWHERE as {@link #run}; STALE_REVISION if that is not what it has
     *     stopped now; INVALID_ARGUMENT if it asks nobody
     */
    public void confirm(String task, String seen) {
        loop(task).confirm(seen);
    }

    private TaskLoop loop(String task) {
        TaskLoop loop = loops.get(task);
        if (loop == null) {
            throw ServiceException.of(
                    ErrorCode.NOT_FOUND, "no task " + task + " (expected: " + String.join(", ", loops.keySet()) + ")");
        }
        return loop;
    }

    /** Whether this node does the task now. */
    boolean leads(String task) {
        TaskLoop loop = loops.get(task);
        return loop != null && loop.runner().mayRun();
    }

    /** All tasks, as this node sees them. */
    public List<TaskStatus> tasks() {
        return loops.values().stream().map(TaskLoop::status).toList();
    }

    /** Stops promptly: what is under way ends with its step, and others can take over at once. Blocks for seconds. */
    @Override
    public void close() {
        loops.values().forEach(TaskLoop::stop);
        loops.values().forEach(TaskLoop::close);
    }
}
