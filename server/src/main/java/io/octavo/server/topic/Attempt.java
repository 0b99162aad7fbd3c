package io.octavo.server.topic;

import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.Heads;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** One command on its way; lives in one thread. */
final class Attempt {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final TopicLog log;
    private final EarlierRequests earlier;
    private final InstantSource clock;
    private final String topic;
    private final Command command;
    private final String who;
    private final Patience left;
    private RequestRecord request = RequestRecord.getDefaultInstance();
    private boolean keyIsTheCallers;
    private @Nullable TopicHead head;
    private boolean headStands;

    Attempt(TopicLog log, InstantSource clock, String topic, Command command, String who, Patience left) {
        this.log = log;
        this.earlier = new EarlierRequests(log);
        this.clock = clock;
        this.topic = topic;
        this.command = command;
        this.who = who;
        this.left = left;
    }

    /**
     * Carries the command out, once.
     *
     * @param request         what it is known by
     * @param keyIsTheCallers whether it can have been carried out before
     * @param seen            a head that may be out of date; null = none
     */
    Committed run(RequestRecord request, boolean keyIsTheCallers, @Nullable TopicHead seen) {
        this.request = request;
        this.keyIsTheCallers = keyIsTheCallers;
        // A head that may be out of date will do to make a commit of, whose condition finds out; not to refuse one.
        Commit likely = seen == null ? null : commitOn(seen);
        Committed done = likely == null || seen == null ? null : settle(likely, seen);
        if (done == null && !headStands) {
            // Read before the rows that a command may decide by; the condition on its revision closes the gap.
            head = log.head(topic, Read.SERIAL);
        }
        while (done == null) {
            done = onHead();
        }
        return done;
    }

    /** Carries the command out on the head that stands; null if another writer was faster. */
    private @Nullable Committed onHead() {
        TopicEdit edit = edit(head);
        RequestRecord before = refusedButDoneBefore(edit);
        if (before != null) {
            return replay(before, head);
        }
        Long unchanged = edit.unchanged();
        return unchanged != null ? unchanged(edit, unchanged) : settle(edit.finish(command, request), edit.standing());
    }

    /** Sends a commit; null if another writer was faster, then {@link #head} is what stands. */
    private @Nullable Committed settle(Commit commit, TopicHead before) {
        if (!(tryUntilKnown(commit) instanceof CommitOutcome.NotApplied not)) {
            return new Committed(commit.head(), commit.head().getRevision(), row(commit), Effect.DONE, before);
        }
        if (not.request() != null) {
            return replay(not.request(), not.head());
        }
        if (not.uploadAborted()) {
            throw ServiceException.unavailable(
                    "the upload of this payload took so long that it was given up; send it again", RETRY_AFTER, null);
        }
        head = not.head();
        headStands = true;
        left.pause("other writers of " + topic + " were faster every time");
        return null;
    }

    /** Tells what it would do. */
    Committed dryRun() {
        TopicEdit edit = edit(log.head(topic, Read.SERIAL));
        command.apply(edit);
        Long unchanged = edit.unchanged();
        if (unchanged != null) {
            return unchanged(edit, unchanged);
        }
        Commit commit = edit.finish(command, request);
        return new Committed(commit.head(), edit.revision() - 1, row(commit), Effect.DRY_RUN, edit.standing());
    }

    /** The commit on a head that may be out of date by now; null if there is none on it. */
    private @Nullable Commit commitOn(TopicHead seen) {
        TopicEdit edit = edit(seen);
        try {
            command.apply(edit);
            return edit.unchanged() == null ? edit.finish(command, request) : null;
        } catch (ServiceException | InvalidField perhapsOutOfDate) {
            return null;
        }
    }

    private Committed unchanged(TopicEdit edit, long version) {
        return new Committed(
                edit.standing(),
                edit.revision() - 1,
                earlier.version(topic, version),
                Effect.UNCHANGED,
                edit.standing());
    }

    private TopicEdit edit(@Nullable TopicHead head) {
        if (head != null && head.getFormat() > Heads.FORMAT) {
            throw ServiceException.unavailable(
                    "the head of " + topic + " has format " + head.getFormat() + ", this node writes up to "
                            + Heads.FORMAT + "; ask a newer node",
                    RETRY_AFTER,
                    null);
        }
        TopicHead standing = head != null
                ? head
                : TopicHead.newBuilder().setTopic(topic).setEpoch(log.epoch()).build();
        return new TopicEdit(standing, new VersionRows(log, topic), who, clock.millis());
    }

    /** Applies the command; if it is refused because this very request was carried out before, answers its row. */
    private @Nullable RequestRecord refusedButDoneBefore(TopicEdit edit) {
        try {
            command.apply(edit);
            return null;
        } catch (ServiceException | InvalidField refused) {
            RequestRecord before = keyIsTheCallers ? log.request(topic, request.getKey()) : null;
            if (before == null) {
                throw refused;
            }
            return before;
        }
    }

    /** Sends the commit until the log says what became of it: never looks and then decides. */
    private CommitOutcome tryUntilKnown(Commit commit) {
        boolean mayBeApplied = false;
        while (true) {
            try {
                return log.tryCommit(commit);
            } catch (OutcomeUnknown e) {
                mayBeApplied |= e.mayBeApplied();
                left.pause(
                        mayBeApplied
                                ? "nobody can say yet whether this was carried out: repeat it with the"
                                        + " Idempotency-Key " + request.getKey()
                                : "the topic log can't be reached: nothing was changed");
            }
        }
    }

    private Committed replay(RequestRecord before, @Nullable TopicHead known) {
        return earlier.replay(topic, EarlierRequests.same(topic, before, request), known);
    }

    private @Nullable VersionRecord row(Commit commit) {
        long number = commit.event().getVersion();
        return commit.versions().stream()
                .filter(row -> row.getVersion() == number)
                .findFirst()
                .orElseGet(() -> earlier.version(topic, number));
    }
}
