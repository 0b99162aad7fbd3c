package io.octavo.server.housekeeping;

import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.TopicCommits.ClockCheck;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A task's two threads: one keeps its lease, the other runs it, every interval and when it is asked for. */
final class TaskLoop {
    private static final Logger LOG = LoggerFactory.getLogger(TaskLoop.class);
    private static final Duration STOP_BOUND = Duration.ofSeconds(5);
    private static final double JITTER = 0.1;

    private final TaskRunner runner;
    private final ClockCheck clockCheck;
    private final RandomGenerator random;
    private final Duration longestWait;
    private final ScheduledThreadPoolExecutor leaseThread;
    private final ScheduledThreadPoolExecutor taskThread;
    private final Semaphore asked = new Semaphore(1);
    private volatile @Nullable RunReport lastAsked;

    /**
     * @param clockCheck  this node neither takes nor renews the lease while it refuses
     * @param longestWait how long whoever asks for a run waits for it
     */
    TaskLoop(TaskRunner runner, ClockCheck clockCheck, Duration longestWait, RandomGenerator random) {
        this.runner = runner;
        this.clockCheck = clockCheck;
        this.longestWait = longestWait;
        this.random = random;
        this.leaseThread = thread("octavo-lease-" + runner.task().name());
        this.taskThread = thread("octavo-" + runner.task().name());
    }

    TaskRunner runner() {
        return runner;
    }

    void start() {
        repeat(leaseThread, Duration.ZERO, this::keepLease);
        repeat(taskThread, untilNextLook(), this::turn);
    }

    /**
     * Runs the task now, or after the run that is under way, and waits for it.
     *
     * @throws ServiceException LED_ELSEWHERE naming the leader; REQUEST_RUNNING if somebody else waits already;
     *     UNAVAILABLE if there is no leader now, or the run takes too long
     */
    RunReport ask() {
        RunReport report = await(submit());
        if (report == null) {
            requireLeadership();
            throw nobodyLeads();
        }
        return report;
    }

    /**
     * Has the task run now, or after the run that is under way, and waits for nothing; {@link #status} tells when that
     * run has ended, and what it did.
     *
     * @return how the task stood before
     * @throws ServiceException as {@link #ask}
     */
    TaskStatus request() {
        TaskStatus before = status();
        var unused = submit();
        return before;
    }

    /** The task, as this node sees it. */
    TaskStatus status() {
        // Before what the run did: once it is not pending, that is there.
        boolean pending = asked.availablePermits() == 0;
        boolean isHere = runner.mayRun();
        return new TaskStatus(
                name(),
                runner.task().interval(),
                runner.lease().holder(),
                runner.lease().otherHolder().isEmpty(),
                pending,
                runner.last(),
                lastAsked,
                isHere ? runner.task().stopped() : null,
                isHere ? runner.task().found() : null);
    }

    /** Allows what the task has stopped. */
    void confirm(String seen) {
        requireLeadership();
        runner.task().confirm(seen);
    }

    private Future<@Nullable RunReport> submit() {
        requireLeadership();
        if (!asked.tryAcquire()) {
            throw ServiceException.of(
                    ErrorCode.REQUEST_RUNNING, "a run of " + name() + " that was asked for has not ended yet");
        }
        try {
            return taskThread.submit(this::runAndRelease);
        } catch (RejectedExecutionException e) {
            asked.release();
            throw ServiceException.unavailable("this node is stopping", Duration.ofSeconds(5), e);
        }
    }

    /** Tells both threads to end; see {@link #close}. */
    void stop() {
        runner.stop();
        taskThread.shutdownNow();
        leaseThread.shutdownNow();
    }

    /** Waits for the threads to end, some seconds at most, and gives the lease back. */
    void close() {
        stop();
        if (!ended(taskThread) || !ended(leaseThread)) {
            LOG.warn("{} goes on after it was stopped; its lease will lapse", name());
            return;
        }
        try {
            runner.lease().release();
        } catch (RuntimeException e) {
            LOG.warn("the lease of {} was not released and will lapse: {}", name(), e.getMessage());
        }
    }

    private @Nullable RunReport runAndRelease() {
        try {
            RunReport report = runner.runAsked();
            if (report != null) {
                lastAsked = report;
            }
            return report;
        } finally {
            asked.release();
        }
    }

    private @Nullable RunReport await(Future<@Nullable RunReport> run) {
        try {
            return run.get(longestWait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ServiceException.unavailable("interrupted while " + name() + " runs", Duration.ofSeconds(5), e);
        } catch (TimeoutException | CancellationException e) {
            throw ServiceException.unavailable(
                    "the run of " + name() + " has not ended yet; it goes on, and the list of tasks tells when it has",
                    Duration.ofSeconds(30),
                    e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private void requireLeadership() {
        if (runner.mayRun()) {
            return;
        }
        String holder = runner.lease().otherHolder();
        if (holder.isEmpty()) {
            throw nobodyLeads();
        }
        throw ServiceException.of(
                ErrorCode.LED_ELSEWHERE,
                "node for " + name() + ": this one (expected: " + holder + ", which leads); ask that one");
    }

    private ServiceException nobodyLeads() {
        return ServiceException.unavailable(
                "no node leads " + name() + " at this moment", runner.lease().pause(), null);
    }

    private Duration keepLease() {
        runner.interruptOverdue();
        if (runner.isStuck()) {
            if (runner.mayRun()) {
                LOG.error("{}: a run goes on though its time is over; this node lets others lead", name());
            }
            return runner.lease().pause();
        }
        try {
            clockCheck.check();
            runner.lease().step();
        } catch (ServiceException e) {
            LOG.warn("{}: {}", name(), e.getMessage());
        }
        return runner.lease().pause();
    }

    private Duration turn() {
        if (!runner.mayRun()) {
            return untilNextLook();
        }
        runner.run();
        double factor = 1 - JITTER + 2 * JITTER * random.nextDouble();
        return Duration.ofMillis((long) (runner.task().interval().toMillis() * factor));
    }

    /** For a node that doesn't lead: it begins soon after it does. */
    private Duration untilNextLook() {
        Duration pause = runner.lease().pause();
        Duration interval = runner.task().interval();
        return pause.compareTo(interval) < 0 ? pause : interval;
    }

    private static boolean ended(ScheduledThreadPoolExecutor thread) {
        try {
            return thread.awaitTermination(STOP_BOUND.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String name() {
        return runner.task().name();
    }

    private void repeat(ScheduledThreadPoolExecutor thread, Duration wait, Supplier<Duration> turn) {
        var unused = thread.schedule(() -> repeat(thread, next(turn), turn), wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Duration next(Supplier<Duration> turn) {
        try {
            return turn.get();
        } catch (RuntimeException | Error e) {
            // Whoever keeps the lease and does nothing keeps all others from it.
            LOG.error("{} failed in an unforeseen way; trying on", name(), e);
            return runner.lease().pause();
        }
    }

    private static ScheduledThreadPoolExecutor thread(String name) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
