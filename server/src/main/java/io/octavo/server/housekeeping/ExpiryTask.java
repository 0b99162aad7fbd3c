package io.octavo.server.housekeeping;

import io.octavo.protocol.Hold;
import io.octavo.protocol.Pin;
import io.octavo.protocol.TopicHead;
import io.octavo.server.topic.ChangeFeed;
import io.octavo.server.topic.Command;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.ExpireHold;
import io.octavo.server.topic.ExpirePin;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes pins and holds away whose time is over. Which are due is known from one reading of all heads at the start of a
 * term, and from the heads that changed since; the work of a run follows the changes and what is due, not the number of
 * topics.
 */
public final class ExpiryTask implements Task {
    private static final Logger LOG = LoggerFactory.getLogger(ExpiryTask.class);
    private static final int TOPICS_PER_RUN = 500;
    /** A topic whose expiry fails does not stand in the way of the others. */
    private static final Duration RETRY = Duration.ofSeconds(10);

    private static final int FAILURES_THAT_END_A_RUN = 5;

    private final TopicLog log;
    private final TopicCommits commits;
    private final HousekeepingConfig.Expiry config;
    private final InstantSource clock;
    private final ChangedHeads changed;
    private DueTimes due = new DueTimes();
    private long scannedTerm;
    private Instant scannedAt = Instant.EPOCH;

    public ExpiryTask(
            TopicLog log,
            ChangeFeed feed,
            TopicCommits commits,
            HousekeepingConfig.Expiry config,
            InstantSource clock) {
        this.log = log;
        this.commits = commits;
        this.config = config;
        this.clock = clock;
        this.changed = new ChangedHeads(feed, log, clock);
    }

    @Override
    public String name() {
        return "expiry";
    }

    @Override
    public Duration interval() {
        return config.interval();
    }

    @Override
    public void run(Run run) {
        learn(run);
        for (int topics = 0; topics < TOPICS_PER_RUN && run.mayGoOn(); topics++) {
            String topic = due.poll(clock.millis());
            if (topic == null || !expire(topic, run)) {
                return;
            }
        }
    }

    /** Should that fail, what is known already is taken away nevertheless. */
    private void learn(Run run) {
        try {
            if (isScanDue(run)) {
                scan(run);
            } else {
                changed.read(run, due::note);
            }
        } catch (RuntimeException e) {
            run.failed(e);
            LOG.warn("what else has expired is not known for now: {}", e.getMessage());
        }
    }

    private boolean isScanDue(Run run) {
        return scannedTerm != run.term()
                || !changed.isWithinReach()
                || Duration.between(scannedAt, clock.instant()).compareTo(config.scanInterval()) >= 0;
    }

    private void scan(Run run) {
        Instant begun = clock.instant();
        scannedTerm = 0;
        DueTimes found = new DueTimes();
        log.forEachHead(found::note);
        due = found;
        changed.startAt(begun);
        scannedAt = begun;
        scannedTerm = run.term();
    }

    /** False if so much fails that the rest had better wait. */
    private boolean expire(String topic, Run run) {
        try {
            TopicHead head = log.head(topic, Read.LOCAL);
            if (head != null) {
                due.note(expire(head, run));
            }
            return true;
        } catch (RuntimeException e) {
            run.failed(e);
            due.note(topic, clock.millis() + RETRY.toMillis());
            LOG.warn("what has expired of {} stays for now: {}", topic, e.getMessage());
            return run.failedCount() < FAILURES_THAT_END_A_RUN;
        }
    }

    private TopicHead expire(TopicHead head, Run run) {
        long now = clock.millis();
        TopicHead standing = head;
        for (Command command : Stream.concat(pins(head, now), holds(head, now)).toList()) {
            if (!run.mayGoOn()) {
                return standing;
            }
            run.examined();
            Committed done = commits.commit(head.getTopic(), command, ExpirePin.WHO, null);
            standing = done.head();
            if (done.effect() == Committed.Effect.DONE) {
                run.done();
                LOG.info("a pin or hold of {} has expired: revision {}", head.getTopic(), done.revision());
            }
        }
        return standing;
    }

    private static Stream<Command> pins(TopicHead head, long now) {
        return head.getPinsList().stream()
                .filter(pin -> isOver(pin.getExpiresAtMs(), now))
                .map(ExpiryTask::expiry);
    }

    private static Stream<Command> holds(TopicHead head, long now) {
        return head.getHoldsList().stream()
                .filter(hold -> isOver(hold.getExpiresAtMs(), now))
                .map(ExpiryTask::expiry);
    }

    private static Command expiry(Pin pin) {
        return new ExpirePin(pin.getScope(), pin.getVersion(), pin.getExpiresAtMs());
    }

    private static Command expiry(Hold hold) {
        return new ExpireHold(hold.getVersion(), hold.getHolder(), hold.getExpiresAtMs());
    }

    private static boolean isOver(long expiresAtMillis, long now) {
        return expiresAtMillis > 0 && expiresAtMillis <= now;
    }
}
