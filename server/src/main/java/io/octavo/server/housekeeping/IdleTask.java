package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.idle.Idle;
import io.octavo.server.idle.IdleRule;
import io.octavo.server.idle.IdleTopics;
import io.octavo.server.idle.RecentUses;
import io.octavo.server.idle.RecentUses.Recent;
import io.octavo.server.idle.TopicUses;
import io.octavo.server.idle.TopicUses.Watch;
import io.octavo.server.topic.ArchiveTopic;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.UnarchiveTopic;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes which topics are consumed, a row a topic and day, and marks those that nobody has used for long. Deletes nothing. If a
 * subscribe node can't be asked, nothing is marked.
 */
public final class IdleTask implements Task {
    private static final Logger LOG = LoggerFactory.getLogger(IdleTask.class);
    private static final String WHO = "octavo:idle";
    /** A row is written again when it is so old. */
    private static final Duration DAY = Duration.ofDays(1);

    private static final int FAILURES_THAT_END_A_RUN = 20;

    private final TopicLog log;
    private final TopicCommits commits;
    private final TopicUses uses;
    private final RecentUses recent;
    private final IdleTopics topics;
    private final Duration interval;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final Map<Idle.State, AtomicLong> counts = new EnumMap<>(Idle.State.class);

    public IdleTask(
            TopicLog log,
            TopicCommits commits,
            TopicUses uses,
            RecentUses recent,
            IdleTopics topics,
            Duration interval,
            InstantSource clock,
            MeterRegistry meters) {
        this.log = log;
        this.commits = commits;
        this.uses = uses;
        this.recent = recent;
        this.topics = topics;
        this.interval = interval;
        this.clock = clock;
        this.meters = meters;
        for (Idle.State state : Idle.State.values()) {
            counts.put(state, new AtomicLong());
        }
    }

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public Duration interval() {
        return interval;
    }

    @Override
    public void measure(BooleanSupplier leads) {
        counts.forEach(
                (state, count) -> Gauge.builder("octavo.idle.topics", () -> leads.getAsBoolean() ? count.get() : 0)
                        .description("Topics that nobody uses, as the node that leads this task found last")
                        .tag("state", state.name())
                        .register(meters));
    }

    @Override
    public void run(Run run) {
        // Before anybody is asked: what is consumed from now on is found by the next run.
        Instant now = clock.instant();
        Recent lately = recent.ask();
        Map<String, Instant> consumed = note(lately, now, run);
        if (!lately.isComplete()) {
            run.failed(ServiceException.of(
                    ErrorCode.UNAVAILABLE,
                    "not all subscribe nodes could be asked what they serve: nobody can say what is unused"));
            return;
        }
        if (!run.mayGoOn()) {
            return;
        }
        Watch watch = IdleRule.next(uses.watch(), now);
        uses.watched(watch);
        IdleRule rule = topics.rule(consumed, watch, now);
        for (String topic : look(rule, run)) {
            if (!run.mayGoOn() || run.failedCount() >= FAILURES_THAT_END_A_RUN) {
                return;
            }
            settle(topic, rule, run);
        }
    }

    @Override
    public @Nullable String found() {
        long archived = count(Idle.State.ARCHIVED) + count(Idle.State.DELETABLE);
        long all = archived + count(Idle.State.UNUSED);
        return all == 0
                ? null
                : "topics that nobody uses: " + all + ", of these archived: " + archived + ", to be deleted or kept: "
                        + count(Idle.State.DELETABLE);
    }

    private long count(Idle.State state) {
        return Objects.requireNonNull(counts.get(state)).get();
    }

    /** Writes what is a day newer than its row; answers what is known then. */
    private Map<String, Instant> note(Recent lately, Instant now, Run run) {
        Map<String, Instant> consumed = new HashMap<>(uses.all());
        for (Map.Entry<String, Duration> use : lately.ago().entrySet()) {
            Instant at = now.minus(use.getValue());
            Instant before = consumed.get(use.getKey());
            if (before != null && !at.isAfter(before)) {
                continue;
            }
            if (before == null || !at.isBefore(before.plus(DAY))) {
                if (!run.mayGoOn()) {
                    break;
                }
                uses.used(use.getKey(), at);
            }
            consumed.put(use.getKey(), at);
        }
        return consumed;
    }

    /** Counts what there is; answers the topics of which something is to be said. */
    private List<String> look(IdleRule rule, Run run) {
        Map<Idle.State, Long> found = new EnumMap<>(Idle.State.class);
        List<String> due = new ArrayList<>();
        log.forEachHead(head -> {
            run.examined();
            Idle idle = topics.of(rule, head);
            if (idle != null) {
                found.merge(idle.state(), 1L, Long::sum);
            }
            if (command(rule, head, idle) != null) {
                due.add(head.getTopic());
            }
        });
        counts.forEach((state, count) -> count.set(found.getOrDefault(state, 0L)));
        return due;
    }

    private void settle(String topic, IdleRule rule, Run run) {
        try {
            TopicHead head = log.head(topic, Read.SERIAL);
            Command command = head == null ? null : command(rule, head, topics.of(rule, head));
            if (command != null) {
                commits.commit(topic, command, WHO, null);
                run.done();
                LOG.info("{}: {}", topic, command);
            }
        } catch (ServiceException e) {
            // It was used meanwhile: what is to be said is decided anew.
            if (e.code() != ErrorCode.STALE_REVISION) {
                run.failed(e);
            }
        }
    }

    private @Nullable Command command(IdleRule rule, TopicHead head, @Nullable Idle idle) {
        if (idle != null && rule.isDue(idle)) {
            return new ArchiveTopic(head.getRevision(), idle.since());
        }
        boolean isMarked =
                !head.hasDeletion() && head.getSettings().getIdleness().getArchivedMs() > 0;
        return isMarked && idle == null && rule.isUsedAgain(head, topics.published(head))
                ? new UnarchiveTopic("it is used again")
                : null;
    }
}
