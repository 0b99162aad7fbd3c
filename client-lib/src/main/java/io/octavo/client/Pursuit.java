package io.octavo.client;

import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.CachedTopic;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.TopicState;
import io.octavo.rules.Acceptance;
import io.octavo.rules.Acceptance.Mark;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Heads;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription holds and what it is after: the bookkeeping of acceptance, without threads or I/O. Not for use by
 * several threads.
 */
final class Pursuit {
    private static final int LONGEST_ERROR = 500;

    private final String topic;
    private final long override;
    private Mark mark = Mark.NONE;
    private @Nullable Target wanted;
    private int failures;
    private @Nullable OctavoException failure;
    private long refused;
    private boolean unresolved;
    private boolean heardService;
    private @Nullable TopicHead head;
    /** The version at the mark, if the head is older; 0 = it isn't. */
    private long standing;

    /** What an offer calls for. */
    enum Step {
        /** Go on with whatever is being done. */
        GO_ON,
        /** Nothing is wanted any more: stop loading. */
        STOP,
        /** Another version is wanted: stop loading, and load that. */
        START,
        /** The wanted version, which failed before, comes with news: load it now. */
        TRY_NOW
    }

    /** @param override the version that is run whatever is offered; 0 = none */
    Pursuit(String topic, long override) {
        this.topic = topic;
        this.override = override;
    }

    /** An earlier run of this process had received this. */
    void recall(CachedTopic known) {
        if (Heads.compare(known.getEpoch(), known.getRevision(), mark.epoch(), mark.revision()) > 0) {
            mark = new Mark(
                    known.getEpoch(), known.getRevision(), mark.version(), mark.pinned(), false, mark.digests());
            standing = known.getVersion();
        }
        if (known.hasHead() && (head == null || Heads.isNewer(known.getHead(), head))) {
            head = known.getHead();
        }
    }

    Step hear(Target target) {
        heardService |= target.source() == Source.SERVICE;
        Acceptance.Verdict verdict = Acceptance.judge(mark, target.offered());
        Mark before = mark;
        mark = Acceptance.heard(mark, target.offered());
        remember(target, before);
        if (override > 0) {
            return Step.GO_ON;
        }
        return switch (verdict) {
            case IGNORE_OLD -> Step.GO_ON;
            case RUN -> want(target);
            case KEEP -> forget(false);
            case KEEP_UNRESOLVED -> forget(true);
            case REFUSE_LOWER -> refuse(target);
        };
    }

    /** So that the next start knows what stood at the mark: as the newest head tells, or was told without one. */
    private void remember(Target target, Mark before) {
        boolean isRecalled = target.source() == Source.DISK && target.offered().standIn();
        if (target.isBare()) {
            boolean isHigher = Heads.compare(mark.epoch(), mark.revision(), before.epoch(), before.revision()) > 0;
            standing = isHigher ? target.version() : standing;
        } else if (!isRecalled && (head == null || !Heads.isNewer(head, target.head()))) {
            head = target.head();
            boolean tells = Heads.compare(head.getEpoch(), head.getRevision(), mark.epoch(), mark.revision()) >= 0;
            standing = tells ? 0 : standing;
        }
    }

    /** The service has nothing to add to the state that was sent to it. Answers whether that is still the state. */
    boolean unchanged(TopicState sent) {
        if (!sameMark(sent) || sent.getVersion() != mark.version()) {
            return false;
        }
        heardService = true;
        if (mark.version() == 0 && wanted == null && override == 0) {
            forget(true);
        }
        return true;
    }

    /** The service has answered, and knows no more than this. */
    void answered() {
        heardService = true;
    }

    /** Nobody can be asked. Matters only to who has nothing to go by. */
    void silence(OctavoException error) {
        if (mark.version() == 0 && wanted == null && !unresolved && failures == 0) {
            failure = error;
        }
    }

    /**
     * The wanted version is there, to be taken into use now: answers by which offer; null if it was overtaken, and then
     * nothing is wanted any more.
     */
    @Nullable
    Target apply() {
        Target target = wanted;
        if (target == null) {
            return null;
        }
        if (Acceptance.judge(mark, target.offered()) != Acceptance.Verdict.RUN) {
            forget(unresolved);
            return null;
        }
        mark = Acceptance.applied(mark, target.offered());
        forget(false);
        return target;
    }

    /** As {@link #apply()}, of a version in place of the wanted one, which stays wanted. */
    @Nullable
    Target applyStandIn(Target target) {
        if (Acceptance.judge(mark, target.offered()) != Acceptance.Verdict.RUN) {
            return null;
        }
        mark = Acceptance.applied(mark, target.offered());
        unresolved = false;
        return target;
    }

    /** The version of the configuration is there. */
    Target applyOverride(Target target) {
        mark = new Mark(mark.epoch(), mark.revision(), target.version(), false, false);
        failure = null;
        failures = 0;
        return target;
    }

    /** The wanted version couldn't be taken into use; answers the failures in a row. */
    int failed(OctavoException error) {
        failure = error;
        if (wanted != null && error.code() == ErrorCode.DIGEST_MISMATCH) {
            wanted = wanted.withoutBytes();
        }
        return ++failures;
    }

    @Nullable
    Target wanted() {
        return wanted;
    }

    /** What is to be known at the next start, but what was run. */
    CachedTopic.Builder remembered() {
        CachedTopic.Builder known = CachedTopic.newBuilder()
                .setFormat(TopicFiles.FORMAT)
                .setTopic(topic)
                .setEpoch(mark.epoch())
                .setRevision(mark.revision())
                .setVersion(standing);
        if (head != null) {
            known.setHead(head);
        }
        return known;
    }

    /** The version whose value is held; 0 = none. */
    long version() {
        return mark.version();
    }

    @Nullable
    OctavoException failure() {
        return failure;
    }

    /** The newest head received; null if there is none. */
    @Nullable
    TopicHead head() {
        return head;
    }

    /** Whether the service has said what there is to run. */
    boolean hasHeard() {
        return heardService;
    }

    /** Whether a version is on its way, that has not failed. */
    boolean isBusy() {
        return wanted != null && failures == 0;
    }

    SubscriptionState state() {
        return new SubscriptionState(phase(), mark.version(), after(), failure);
    }

    /** What the next poll says about it. */
    TopicState report() {
        TopicState.Builder report = TopicState.newBuilder()
                .setTopic(topic)
                .setVersion(mark.version())
                .setEpoch(mark.epoch())
                .setRevision(mark.revision())
                .setWanted(after());
        if (override > 0) {
            // Said also before it runs, so that the service doesn't offer anything else at once, again and again.
            report.setState(RunState.OVERRIDDEN).setError(shortened(failure));
        } else if (failures > 0 || refused > 0) {
            report.setState(RunState.FAILED).setError(shortened(failure));
        } else if (wanted != null) {
            report.setState(RunState.FETCHING);
        } else if (mark.version() > 0) {
            report.setState(RunState.APPLIED);
        }
        return report.build();
    }

    /** The version that is wanted, or was refused; 0 = none. */
    private long after() {
        if (override > 0) {
            return mark.version() == override ? 0 : override;
        }
        return wanted == null ? refused : wanted.version();
    }

    private Phase phase() {
        if (failures > 0 || refused > 0) {
            return Phase.FAILED;
        }
        if (override > 0 && mark.version() == override) {
            return Phase.OVERRIDDEN;
        }
        if (unresolved) {
            return Phase.UNRESOLVED;
        }
        return mark.version() > 0 ? Phase.RUNNING : Phase.STARTING;
    }

    private Step want(Target target) {
        Target before = wanted;
        if (before != null && failures == 0 && target.isOlderThan(before)) {
            return Step.GO_ON;
        }
        if (before != null && before.isSameVersion(target)) {
            wanted = target;
            return failures == 0 || target.isNoNewsAfter(before) ? Step.GO_ON : Step.TRY_NOW;
        }
        forget(false);
        wanted = target;
        return Step.START;
    }

    private Step refuse(Target target) {
        if (refused == target.version()) {
            return Step.GO_ON;
        }
        forget(false);
        refused = target.version();
        failure = OctavoException.lasting(
                ErrorCode.STALE_REVISION,
                "refused version " + target.version() + " of " + topic + ": lower than " + mark.version()
                        + ", without a pin or a withdrawal as the reason",
                null);
        return Step.STOP;
    }

    private Step forget(boolean nothingToRun) {
        wanted = null;
        failures = 0;
        failure = null;
        refused = 0;
        unresolved = nothingToRun;
        return Step.STOP;
    }

    private boolean sameMark(TopicState sent) {
        return sent.getEpoch() == mark.epoch() && sent.getRevision() == mark.revision();
    }

    private static String shortened(@Nullable OctavoException error) {
        String text = error == null ? "" : String.valueOf(error.getMessage());
        return text.length() <= LONGEST_ERROR ? text : text.substring(0, LONGEST_ERROR - 1) + "…";
    }
}
