package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.housekeeping.RetentionBrake.Stop;
import io.octavo.server.retention.Retention;
import io.octavo.server.retention.RetentionConfig;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes for ever what nobody needs: looks at all topics first, and if much more would go than usual, waits for an
 * operator; then does topic by topic what is to be done.
 */
public final class RetentionTask implements Task {
    private static final Logger LOG = LoggerFactory.getLogger(RetentionTask.class);
    private static final int FAILURES_THAT_END_A_RUN = 20;

    private final RetentionConfig config;
    private final RetentionSurvey survey;
    private final RetentionBrake brake;
    private final TopicCollector collector;
    private final MeterRegistry meters;
    private long term;
    private String last = "";

    /**
     * @param underWay so long a head that was changed may be on its way to a region as it was before
     * @param nanoTime as {@link System#nanoTime}
     */
    public RetentionTask(
            TopicLog log,
            TopicCommits commits,
            Retention retention,
            GivenUpBytes bytes,
            RetentionConfig config,
            Duration underWay,
            InstantSource clock,
            LongSupplier nanoTime,
            MeterRegistry meters) {
        this.config = config;
        HistoryTrim trim = new HistoryTrim(log, config, clock);
        this.survey = new RetentionSurvey(log, retention, trim, underWay, clock);
        this.brake = new RetentionBrake(config);
        Pace pace = new Pace(config.deletesPerSecond(), nanoTime, Pace.Pause.REAL);
        this.collector = new TopicCollector(log, commits, retention, trim, bytes, pace, underWay, clock, meters);
        this.meters = meters;
    }

    @Override
    public String name() {
        return "retention";
    }

    @Override
    public Duration interval() {
        return config.interval();
    }

    @Override
    public void measure(BooleanSupplier leads) {
        Gauge.builder("octavo.gc.stopped", () -> leads.getAsBoolean() ? stoppedVersions() : 0)
                .description("Versions that would go, and stay until an operator confirms")
                .register(meters);
    }

    @Override
    public void run(Run run) {
        if (term != run.term()) {
            survey.clear();
            brake.clear();
            term = run.term();
        }
        if (!survey.update(run)) {
            return;
        }
        brake.begin(survey.topics());
        List<String> withWork = withWork();
        long collected = 0;
        int failedInARow = 0;
        for (String topic : withWork) {
            if (!run.mayGoOn() || failedInARow >= FAILURES_THAT_END_A_RUN) {
                break;
            }
            last = topic;
            long failedBefore = run.failedCount();
            collected += collect(topic, run);
            failedInARow = run.failedCount() > failedBefore ? failedInARow + 1 : 0;
        }
        if (collected > 0) {
            LOG.info("versions given up: {}, of {} topics looked at", collected, withWork.size());
        }
        Stop stop = brake.stopped();
        if (stop != null) {
            run.failed(ServiceException.of(ErrorCode.UNAVAILABLE, stop.text()));
        }
    }

    /** A run that is cut, or broken off for what fails, is not to begin with the same topics again: all get their turn. */
    private List<String> withWork() {
        NavigableSet<String> topics = new TreeSet<>();
        survey.topics().forEach((topic, seen) -> {
            if (seen.hasWork()) {
                topics.add(topic);
            }
        });
        List<String> inTurn = new ArrayList<>(topics.tailSet(last, false));
        inTurn.addAll(topics.headSet(last, true));
        return inTurn;
    }

    @Override
    public void confirm(String seen) {
        brake.confirm(seen);
    }

    @Override
    public @Nullable String stopped() {
        Stop stop = brake.stopped();
        return stop == null ? null : stop.text();
    }

    private long collect(String topic, Run run) {
        // Whatever happens, the next run reads it anew.
        survey.forget(topic);
        try {
            long collected = 0;
            long last;
            do {
                last = collector.collect(topic, run, brake::take);
                collected += last;
            } while (last == RetentionPass.MOST);
            return collected;
        } catch (ServiceException e) {
            if (e.code() != ErrorCode.STALE_REVISION) {
                run.failed(e);
                LOG.warn("what is to go of {} stays for now: {}", topic, e.getMessage());
            }
            return 0;
        } catch (RuntimeException e) {
            run.failed(e);
            LOG.error("what is to go of {} stays for now, for a fault", topic, e);
            return 0;
        }
    }

    private double stoppedVersions() {
        Stop stop = brake.stopped();
        return stop == null ? 0 : stop.sum();
    }
}
