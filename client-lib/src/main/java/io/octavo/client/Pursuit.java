package io.octavo.client;

import io.octavo.client.SubscriptionState.Phase;
import io.octavo.protocol.Consumer;
import io.octavo.protocol.Offer;
import io.octavo.protocol.RunState;
import io.octavo.protocol.TopicState;
import io.octavo.rules.Acceptance;
import io.octavo.rules.Acceptance.Mark;
import io.octavo.rules.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription holds and what it is after: the bookkeeping of acceptance, without threads or I/O. Not for use by
 * several threads.
 */
final class Pursuit {
    private static final int LONGEST_ERROR = 500;

    private final String topic;
    private final Consumer consumer;
    private Mark mark = Mark.NONE;
    private @Nullable Target wanted;
    private int failures;
    private @Nullable OctavoException failure;
    private long refused;
    private boolean unresolved;

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

    Pursuit(String topic, Consumer consumer) {
        this.topic = topic;
        this.consumer = consumer;
    }

    Step hear(Offer offer) {
        Target target = Target.of(offer, consumer);
        Acceptance.Verdict verdict = Acceptance.judge(mark, target.offered());
        mark = Acceptance.heard(mark, target.offered());
        return switch (verdict) {
            case IGNORE_OLD -> Step.GO_ON;
            case RUN -> want(target);
            case KEEP -> forget(false);
            case KEEP_UNRESOLVED -> forget(true);
            case REFUSE_LOWER -> refuse(target);
        };
    }

    /** The service has nothing to add to the state that was sent to it. */
    void unchanged(TopicState sent) {
        if (mark.version() == 0 && sent.getVersion() == 0 && wanted == null && sameMark(sent)) {
            forget(true);
        }
    }

    /** No poll gets through. Matters only to who has nothing to go by. */
    void pollFailed(OctavoException error) {
        if (mark.equals(Mark.NONE) && wanted == null && !unresolved) {
            failure = error;
        }
    }

    /** The wanted version is there, to be taken into use now: answers by which offer; null if it was overtaken. */
    @Nullable
    Target apply() {
        Target target = wanted;
        if (target == null || Acceptance.judge(mark, target.offered()) != Acceptance.Verdict.RUN) {
            return null;
        }
        mark = Acceptance.applied(mark, target.offered());
        forget(false);
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

    /** The version whose value is held; 0 = none. */
    long version() {
        return mark.version();
    }

    @Nullable
    OctavoException failure() {
        return failure;
    }

    /** Whether it is known if there is anything to run. */
    boolean hasHeard() {
        return unresolved || wanted != null || !mark.equals(Mark.NONE);
    }

    /** Whether a version is on its way, that has not failed. */
    boolean isBusy() {
        return wanted != null && failures == 0;
    }

    boolean isUnresolved() {
        return unresolved;
    }

    SubscriptionState state() {
        return new SubscriptionState(phase(), mark.version(), wanted == null ? refused : wanted.version(), failure);
    }

    /** What the next poll says about it. */
    TopicState report() {
        TopicState.Builder report = TopicState.newBuilder()
                .setTopic(topic)
                .setVersion(mark.version())
                .setEpoch(mark.epoch())
                .setRevision(mark.revision());
        if (failures > 0 || refused > 0) {
            report.setState(RunState.FAILED).setError(shortened(failure));
        } else if (wanted != null) {
            report.setState(RunState.FETCHING);
        } else if (mark.version() > 0) {
            report.setState(RunState.APPLIED);
        }
        return report.build();
    }

    private Phase phase() {
        if (failures > 0 || refused > 0) {
            return Phase.FAILED;
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
        if (before != null && before.version() == target.version()) {
            wanted = target;
            return failures == 0 || before.isAtSameRevisionAs(target) ? Step.GO_ON : Step.TRY_NOW;
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
