package io.octavo.server.topic;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.Heads;
import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.TopicLog.Read;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries out commands: the only way in which topics change. A command that is answered is durable; one that is
 * answered UNAVAILABLE may have been carried out, and can be repeated with the same idempotency key.
 *
 * <p>Calls block, at most for the time given; safe for use by several threads. Writers of one topic line up in this
 * node; those of other nodes are met by the log's condition on the revision.
 */
public final class TopicCommits {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final TopicLog log;
    private final Lanes lanes;
    private final ClockCheck clockCheck;
    private final Announcer announcer;
    private final InstantSource clock;
    private final Supplier<Patience> patience;
    private final MeterRegistry meters;

    /**
     * @param clockCheck refuses when this node's clock is off
     * @param announcer  tells all nodes of a change; called after each
     * @param patience   how long and in what steps a command is tried, made anew for each
     * @param meters     gets {@code octavo.commit}, by outcome
     */
    public TopicCommits(
            TopicLog log,
            ClockCheck clockCheck,
            Announcer announcer,
            InstantSource clock,
            Supplier<Patience> patience,
            MeterRegistry meters) {
        this.log = log;
        this.lanes = new Lanes();
        this.clockCheck = clockCheck;
        this.announcer = announcer;
        this.clock = clock;
        this.patience = patience;
        this.meters = meters;
    }

    /** Refuses to commit while this node's clock can't be trusted. */
    @FunctionalInterface
    public interface ClockCheck {
        /** Throws a {@link ServiceException} UNAVAILABLE that says how far the clock is off. */
        void check();
    }

    /** Tells subscribe nodes that a topic changed. */
    @FunctionalInterface
    public interface Announcer {
        /** Returns once the head that now stands is announced, or after a bound; never throws. */
        void announce(TopicHead head);

        /**
         * Tells again of a change that an earlier call made, whose own announcement may have been lost. The head is as
         * it was then, and not whole: it may lack the records of its versions.
         */
        default void announceAgain(TopicHead past) {
            announce(past);
        }
    }

    /**
     * Carries out a command.
     *
     * @see #commit(String, Command, String, String, TopicHead)
     */
    public Committed commit(String topic, Command command, String who, @Nullable String key) {
        return commit(topic, command, who, key, null);
    }

    /**
     * Carries out a command.
     *
     * @param who who asks, for the audit trail
     * @param key the idempotency key, 1 to 200 characters; null = one is drawn
     * @param seen the head as it was read a moment ago: taken for the one that stands at the first try, which spares a
     *     read; null = none. Nothing is refused because of it.
     * @throws ServiceException if the command is refused, or couldn't be carried out in time
     * @throws InvalidField if something in it can't be taken
     */
    public Committed commit(String topic, Command command, String who, @Nullable String key, @Nullable TopicHead seen) {
        TopicNames.check(topic);
        if (key != null) {
            Limits.checkSaid("Idempotency-Key", key, Limits.NAME_LENGTH);
        }
        clockCheck.check();
        RequestRecord request = RequestRecord.newBuilder()
                .setKey(key == null ? UUID.randomUUID().toString() : key)
                .setFingerprint(command.fingerprint().toByteString())
                .build();
        Patience left = patience.get();
        Attempt attempt = new Attempt(topic, command, who, request, key != null, left);
        Committed done = timed(() -> lanes.inLane(topic, left, () -> attempt.run(seen)));
        if (done.effect() == Effect.DONE) {
            announcer.announce(done.head());
        } else if (done.effect() == Effect.REPLAYED) {
            announcer.announceAgain(done.head());
        }
        return done;
    }

    /**
     * Tells what a command would do, with all checks, and changes nothing.
     *
     * @throws ServiceException if it would be refused, or the log can't be read
     * @throws InvalidField if something in it can't be taken
     */
    public Committed dryRun(String topic, Command command, String who) {
        TopicNames.check(topic);
        clockCheck.check();
        Attempt attempt = new Attempt(topic, command, who, RequestRecord.getDefaultInstance(), false, patience.get());
        return attempt.dryRun();
    }

    /** What the key made, if it made anything in the last seven days. */
    public @Nullable Committed made(String topic, String key) {
        RequestRecord request = log.request(topic, key);
        return request == null ? null : replay(topic, request, null);
    }

    /**
     * What an earlier call with the key and the same command made; null if the key made nothing in the last seven days.
     *
     * @throws ServiceException IDEMPOTENCY_KEY_REUSED if it was used for something else
     */
    public @Nullable Committed made(String topic, String key, Command command) {
        RequestRecord earlier = log.request(topic, key);
        if (earlier == null) {
            return null;
        }
        RequestRecord asked = RequestRecord.newBuilder()
                .setKey(key)
                .setFingerprint(command.fingerprint().toByteString())
                .build();
        return replay(topic, same(topic, earlier, asked), null);
    }

    private Committed timed(Supplier<Committed> work) {
        Timer.Sample sample = Timer.start(meters);
        String outcome = "fault";
        try {
            Committed done = work.get();
            outcome = done.effect().name().toLowerCase(Locale.ROOT);
            return done;
        } catch (ServiceException e) {
            outcome = e.code().name().toLowerCase(Locale.ROOT);
            throw e;
        } catch (InvalidField e) {
            outcome = "invalid_argument";
            throw e;
        } finally {
            sample.stop(meters.timer("octavo.commit", "outcome", outcome));
        }
    }

    private Committed replay(String topic, RequestRecord request, @Nullable TopicHead known) {
        TopicHead head = known != null ? known : log.head(topic, Read.SERIAL);
        if (head == null) {
            throw new IllegalStateException("a request row without a head: " + topic);
        }
        VersionRecord version = version(topic, request.getVersion());
        TopicHistory.Step past = new TopicHistory(log).step(head, request.getRevision());
        return past == null
                ? new Committed(head, request.getRevision(), version, Effect.REPLAYED, null)
                : new Committed(past.after(), request.getRevision(), version, Effect.REPLAYED, past.before());
    }

    private static RequestRecord same(String topic, RequestRecord earlier, RequestRecord request) {
        if (!earlier.getKey().equals(request.getKey())
                || !earlier.getFingerprint().equals(request.getFingerprint())) {
            throw ServiceException.of(
                    ErrorCode.IDEMPOTENCY_KEY_REUSED,
                    "Idempotency-Key: " + request.getKey() + " (expected: a key that was not used for anything"
                            + " else on " + topic + " in the last seven days)");
        }
        return earlier;
    }

    private @Nullable VersionRecord version(String topic, long number) {
        return number == 0 ? null : log.version(topic, number, Read.SERIAL);
    }

    /** One command on its way; lives in one thread. */
    private final class Attempt {
        private final String topic;
        private final Command command;
        private final String who;
        private final RequestRecord request;
        private final boolean keyIsTheCallers;
        private final Patience left;
        private @Nullable TopicHead head;
        private boolean headStands;

        Attempt(
                String topic,
                Command command,
                String who,
                RequestRecord request,
                boolean keyIsTheCallers,
                Patience left) {
            this.topic = topic;
            this.command = command;
            this.who = who;
            this.request = request;
            this.keyIsTheCallers = keyIsTheCallers;
            this.left = left;
        }

        Committed run(@Nullable TopicHead seen) {
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
            RequestRecord earlier = refusedButDoneBefore(edit);
            if (earlier != null) {
                return replay(topic, sameAs(earlier), head);
            }
            Long unchanged = edit.unchanged();
            return unchanged != null
                    ? unchanged(edit, unchanged)
                    : settle(edit.finish(command, request), edit.standing());
        }

        /** Sends a commit; null if another writer was faster, then {@link #head} is what stands. */
        private @Nullable Committed settle(Commit commit, TopicHead before) {
            if (!(tryUntilKnown(commit) instanceof CommitOutcome.NotApplied not)) {
                return new Committed(commit.head(), commit.head().getRevision(), row(commit), Effect.DONE, before);
            }
            if (not.request() != null) {
                return replay(topic, sameAs(not.request()), not.head());
            }
            if (not.uploadAborted()) {
                throw ServiceException.unavailable(
                        "the upload of this payload took so long that it was given up; send it again",
                        RETRY_AFTER,
                        null);
            }
            head = not.head();
            headStands = true;
            left.pause("other writers of " + topic + " were faster every time");
            return null;
        }

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
                    edit.standing(), edit.revision() - 1, version(topic, version), Effect.UNCHANGED, edit.standing());
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
                    : TopicHead.newBuilder()
                            .setTopic(topic)
                            .setEpoch(log.epoch())
                            .build();
            return new TopicEdit(standing, new VersionRows(log, topic), who, clock.millis());
        }

        /** Applies the command; if it is refused because this very request was carried out before, answers its row. */
        private @Nullable RequestRecord refusedButDoneBefore(TopicEdit edit) {
            try {
                command.apply(edit);
                return null;
            } catch (ServiceException | InvalidField refused) {
                RequestRecord earlier = keyIsTheCallers ? log.request(topic, request.getKey()) : null;
                if (earlier == null) {
                    throw refused;
                }
                return earlier;
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

        private RequestRecord sameAs(RequestRecord earlier) {
            return same(topic, earlier, request);
        }

        private @Nullable VersionRecord row(Commit commit) {
            long number = commit.event().getVersion();
            return commit.versions().stream()
                    .filter(row -> row.getVersion() == number)
                    .findFirst()
                    .orElseGet(() -> version(topic, number));
        }
    }
}
