package io.octavo.server.housekeeping;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.octavo.protocol.Horizon;
import io.octavo.protocol.Part;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.retention.Evidence;
import io.octavo.server.retention.Retention;
import io.octavo.server.retention.RetentionRule;
import io.octavo.server.topic.CollectTopic;
import io.octavo.server.topic.CollectVersions;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.NoteBytesGone;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.TrimHistory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does for one topic what is to be done: gives versions up in the log, removes their bytes everywhere, and then notes that
 * they are gone; each step follows from what stands in the log, and can be repeated. For one thread.
 */
final class TopicCollector {
    private static final Logger LOG = LoggerFactory.getLogger(TopicCollector.class);
    private static final int MOST_BATCH_BYTES = 128 << 10;

    private final TopicLog log;
    private final TopicCommits commits;
    private final Retention retention;
    private final HistoryTrim trim;
    private final GivenUpBytes bytes;
    private final Pace pace;
    private final Duration underWay;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final Counter unasked;

    /** @param underWay so long a head that was changed may be on its way to a region as it was before */
    TopicCollector(
            TopicLog log,
            TopicCommits commits,
            Retention retention,
            HistoryTrim trim,
            GivenUpBytes bytes,
            Pace pace,
            Duration underWay,
            InstantSource clock,
            MeterRegistry meters) {
        this.log = log;
        this.commits = commits;
        this.retention = retention;
        this.trim = trim;
        this.bytes = bytes;
        this.pace = pace;
        this.underWay = underWay;
        this.clock = clock;
        this.meters = meters;
        this.unasked = meters.counter("octavo.gc.unasked");
    }

    /** How many versions of a topic may go, of those that would. */
    interface Allowance {
        long take(String topic, long live, long goes, boolean isDeleted);
    }

    /**
     * Does it.
     *
     * @return how many versions were given up
     */
    long collect(String topic, Run run, Allowance allowance) {
        TopicHead head = log.head(topic, Read.SERIAL);
        if (head == null || !run.mayGoOn()) {
            return 0;
        }
        // Before the verdicts, which are of a later time: what they keep for the undo is not over here.
        boolean isOver = RetentionRule.isDeletionOver(head, retention.policy(head), clock.instant());
        // After the head: what is exported or run from now on is what it, or a later one, names.
        Evidence evidence = retention.evidence(topic);
        RetentionPass pass = new RetentionPass(head, underWay, clock.instant());
        retention.judge(head, evidence, Read.SERIAL, pass);
        if (!evidence.isComplete()) {
            unasked.increment();
        }
        long allowed = allowance.take(topic, pass.live(), pass.goes(), head.hasDeletion());
        if (isOver && evidence.isComplete() && (allowed > 0 || pass.goes() == 0)) {
            // From here on nobody can restore it, so that what was decided still stands.
            head = next(commit(topic, new CollectTopic(head.getRevision()), head));
        }
        List<VersionRecord> given = new ArrayList<>(pass.bytesLeft());
        long collected = 0;
        for (List<VersionRecord> batch : batches(pass.going(allowed))) {
            if (!run.mayGoOn()) {
                return collected;
            }
            head = next(commit(topic, new CollectVersions(head.getRevision(), batch, reason(head)), head));
            given.addAll(batch);
            collected += batch.size();
            meters.counter("octavo.gc.versions").increment(batch.size());
        }
        removeBytes(topic, given, evidence.exported(), run);
        trim(head, pass.records(), run);
        return collected;
    }

    /** The head by which what was decided before a commit of ours still stands: the one that it made, and no later one. */
    private static TopicHead next(Committed done) {
        if (done.head().getRevision() != done.revision()) {
            throw ServiceException.of(
                    ErrorCode.STALE_REVISION,
                    "revision of " + done.head().getTopic() + ": " + done.head().getRevision() + " (expected: "
                            + done.revision() + ", which this made)");
        }
        return done.head();
    }

    private String reason(TopicHead head) {
        return head.hasDeletion()
                ? "the topic was deleted by " + head.getDeletion().getBy() + ": "
                        + head.getDeletion().getReason()
                : "retention keeps " + retention.policy(head).text() + ", and what is used";
    }

    /** Removes the bytes of versions that were given up, and notes in the log which are gone. */
    private void removeBytes(String topic, List<VersionRecord> given, @Nullable Set<Long> exported, Run run) {
        List<Long> gone = new ArrayList<>();
        for (VersionRecord row : given) {
            if (gone.size() == CollectVersions.MOST) {
                note(topic, gone);
            }
            if (exported == null || exported.contains(row.getVersion())) {
                // By hand a version can be deleted before all regions have heard of what took its place.
                count("exported");
            } else if (run.mayGoOn() && removed(topic, row, run)) {
                gone.add(row.getVersion());
            }
        }
        note(topic, gone);
    }

    private void note(String topic, List<Long> gone) {
        if (!gone.isEmpty()) {
            commit(topic, new NoteBytesGone(gone), null);
            gone.clear();
        }
    }

    private boolean removed(String topic, VersionRecord row, Run run) {
        run.examined();
        try {
            for (Part part : row.getPartsList()) {
                if (!remove(part)) {
                    return false;
                }
            }
            run.done();
            count("removed");
            return true;
        } catch (RuntimeException e) {
            run.failed(e);
            count("failed");
            LOG.warn("the bytes of {} version {} stay for now: {}", topic, row.getVersion(), e.getMessage());
            return false;
        }
    }

    /** False if there is no time left for it. Objects of others are not ours to remove. */
    private boolean remove(Part part) {
        boolean isDirect = part.hasDirect();
        if (!isDirect && !part.hasS3()) {
            return true;
        }
        if (!pace.await()) {
            return false;
        }
        bytes.delete(isDirect ? part.getDirect().getPayloadId() : part.getS3().getPayloadId(), isDirect);
        meters.counter("octavo.gc.bytes").increment((double) part.getSize());
        return true;
    }

    private void trim(TopicHead head, List<Long> records, Run run) {
        Horizon horizon = trim.isDue(head) ? trim.horizon(head) : null;
        Horizon wanted = horizon == null ? head.getHorizon() : horizon;
        Set<Long> left = new HashSet<>(records);
        boolean isFirst = horizon != null;
        while (run.mayGoOn() && (isFirst || !left.isEmpty())) {
            List<Long> next = left.stream().limit(CollectVersions.MOST).toList();
            commit(head.getTopic(), new TrimHistory(wanted.getRevision(), wanted.getAtMs(), next), null);
            meters.counter("octavo.gc.records").increment(next.size());
            next.forEach(left::remove);
            isFirst = false;
        }
    }

    private Committed commit(String topic, Command command, @Nullable TopicHead seen) {
        return commits.commit(topic, command, CollectVersions.WHO, null, seen);
    }

    private void count(String outcome) {
        meters.counter("octavo.gc.payloads", "outcome", outcome).increment();
    }

    /** So many, and so large, that one conditional batch takes them. */
    private static List<List<VersionRecord>> batches(Collection<VersionRecord> rows) {
        List<List<VersionRecord>> batches = new ArrayList<>();
        List<VersionRecord> batch = new ArrayList<>();
        int size = 0;
        for (VersionRecord row : rows) {
            if (batch.size() == CollectVersions.MOST
                    || (size > 0 && size + row.getSerializedSize() > MOST_BATCH_BYTES)) {
                batches.add(batch);
                batch = new ArrayList<>();
                size = 0;
            }
            batch.add(row);
            size += row.getSerializedSize();
        }
        if (!batch.isEmpty()) {
            batches.add(batch);
        }
        return batches;
    }
}
