package io.octavo.server.housekeeping;

import io.octavo.protocol.TopicHead;
import io.octavo.server.retention.Evidence;
import io.octavo.server.retention.Retention;
import io.octavo.server.retention.RetentionRule;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many versions of each topic there are and how many would go, without asking who else uses them. A topic is read
 * when it has changed, when a reason why something stays ends, and once a day. For one thread.
 */
final class RetentionSurvey {
    private static final Logger LOG = LoggerFactory.getLogger(RetentionSurvey.class);
    private static final Duration AT_LATEST = Duration.ofDays(1);

    private final TopicLog log;
    private final Retention retention;
    private final HistoryTrim trim;
    private final Duration underWay;
    private final InstantSource clock;
    private final Map<String, Seen> topics = new HashMap<>();

    /**
     * A topic as it was read.
     *
     * @param isDeleted it was deleted by hand: that all of it goes is what somebody wanted
     * @param hasWork   something is to be done
     * @param due       when it is to be read again, should it not change before
     */
    record Seen(long epoch, long revision, long live, long goes, boolean isDeleted, boolean hasWork, Instant due) {}

    /** @param underWay so long a head that was changed may be on its way to a region as it was before */
    RetentionSurvey(TopicLog log, Retention retention, HistoryTrim trim, Duration underWay, InstantSource clock) {
        this.log = log;
        this.retention = retention;
        this.trim = trim;
        this.underWay = underWay;
        this.clock = clock;
    }

    /** Forgets all: what was learned in another term may be out of date. */
    void clear() {
        topics.clear();
    }

    /** Reads what is due; false if the run ends before all is known. */
    boolean update(Run run) {
        List<String> due = new ArrayList<>();
        Set<String> there = new HashSet<>();
        log.forEachRevision(0, 1, (topic, epoch, revision) -> {
            there.add(topic);
            Seen seen = topics.get(topic);
            boolean isCurrent = seen != null
                    && seen.epoch() == epoch
                    && seen.revision() >= revision
                    && seen.due().isAfter(clock.instant());
            if (!isCurrent) {
                due.add(topic);
            }
        });
        topics.keySet().retainAll(there);
        for (String topic : due) {
            if (!run.mayGoOn()) {
                return false;
            }
            read(topic, run);
        }
        return true;
    }

    /** Has a topic read again by the next run. */
    void forget(String topic) {
        topics.remove(topic);
    }

    Map<String, Seen> topics() {
        return topics;
    }

    private void read(String topic, Run run) {
        try {
            TopicHead head = log.head(topic, Read.LOCAL);
            if (head != null) {
                topics.put(topic, read(head));
            }
        } catch (RuntimeException e) {
            topics.remove(topic);
            run.failed(e);
            LOG.warn("what would go of {} is not known: {}", topic, e.getMessage());
        }
    }

    private Seen read(TopicHead head) {
        RetentionPass pass = new RetentionPass(head, underWay, clock.instant());
        retention.judge(head, Evidence.NONE, Read.LOCAL, pass);
        boolean deletionEnds = RetentionRule.isDeletionOver(head, retention.policy(head), clock.instant());
        return new Seen(
                head.getEpoch(),
                head.getRevision(),
                pass.live(),
                pass.goes(),
                head.hasDeletion(),
                pass.hasWork() || deletionEnds || trim.isDue(head),
                due(pass.nextAt()));
    }

    private Instant due(@Nullable Instant next) {
        Instant latest = clock.instant().plus(AT_LATEST);
        return next == null || next.isAfter(latest) ? latest : next;
    }
}
