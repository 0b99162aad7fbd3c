package io.octavo.server.publish;

import io.octavo.protocol.Part;
import io.octavo.protocol.S3Location;
import io.octavo.protocol.TopicHead;
import io.octavo.protocol.Validation;
import io.octavo.protocol.VersionRecord;
import io.octavo.rules.ErrorCode;
import io.octavo.rules.InvalidField;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.publish.PayloadIntake.Stored;
import io.octavo.server.publish.Published.Outcome;
import io.octavo.server.topic.Committed;
import io.octavo.server.topic.Committed.Effect;
import io.octavo.server.topic.PublishVersion;
import io.octavo.server.topic.TopicCommits;
import io.octavo.server.topic.TopicLog;
import io.octavo.server.topic.TopicLog.Read;
import io.octavo.server.topic.UnarchiveTopic;
import io.octavo.server.validation.CheckedBody;
import io.octavo.server.validation.PayloadChecks;
import io.octavo.server.validation.SizeRules;
import io.octavo.server.validation.TopicChecks;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one path by which versions are made, for REST and gRPC: what can be refused is refused before the payload is
 * read, the payload is stored, and then the version is committed.
 *
 * <p>Calls block for as long as the payload takes; safe for use by several threads.
 */
public final class Publisher {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final TopicLog log;
    private final Function<String, @Nullable TopicHead> atHand;
    private final TopicCommits commits;
    private final PayloadIntake intake;
    private final TopicsConfig topics;
    private final PayloadChecks checks;
    private final RunningKeys running;

    public Publisher(
            TopicLog log,
            TopicCommits commits,
            PayloadIntake intake,
            PublishConfig config,
            TopicsConfig topics,
            PayloadChecks checks) {
        this(log, topic -> log.head(topic, Read.LOCAL), commits, intake, config, topics, checks);
    }

    /**
     * @param atHand a topic's head as it was a moment ago; null = there is none. Nothing is refused because of it.
     */
    public Publisher(
            TopicLog log,
            Function<String, @Nullable TopicHead> atHand,
            TopicCommits commits,
            PayloadIntake intake,
            PublishConfig config,
            TopicsConfig topics,
            PayloadChecks checks) {
        this.log = log;
        this.atHand = atHand;
        this.commits = commits;
        this.intake = intake;
        this.topics = topics;
        this.checks = checks;
        this.running = new RunningKeys(config.inFlight());
    }

    /**
     * Makes the version; durable on return.
     *
     * @param body read to its end unless the order is refused; not closed
     * @throws ServiceException UNAVAILABLE if it is not known to have happened: repeat it with the same key
     * @throws InvalidField if the order can't be taken
     */
    public Published publish(PublishOrder order, InputStream body) {
        return publish(order, new Arriving(intake, order, body));
    }

    /** From now on, publishes are refused; those under way go on. */
    public void refuseNew() {
        running.close();
    }

    /**
     * Waits until no publish is under way any more.
     *
     * @return false if there still is one at the end of the time given
     */
    public boolean awaitNone(Duration atMost) throws InterruptedException {
        return running.awaitNone(atMost);
    }

    /**
     * Tells what a publish would do, with all checks, and changes nothing.
     *
     * @param body read to its end unless the order is refused; not kept, not closed
     * @throws ServiceException if it would be refused, or the log can't be read
     * @throws InvalidField if the order can't be taken
     */
    public Published dryRun(PublishOrder order, InputStream body) {
        return dryRun(order, new Arriving(intake, order, body));
    }

    /**
     * Makes a version of an object that is in S3 already; durable on return. The order announces size and digest.
     *
     * @throws ServiceException UNAVAILABLE if it is not known to have happened: repeat it with the same key
     * @throws InvalidField if the order can't be taken
     */
    public Published publish(PublishOrder order, List<S3Location> locations, ExternalObjects objects) {
        return publish(order, new External(objects, order, locations));
    }

    /** Tells what publishing an object that is in S3 would do, with all checks, and changes nothing. */
    public Published dryRun(PublishOrder order, List<S3Location> locations, ExternalObjects objects) {
        return dryRun(order, new External(objects, order, locations));
    }

    /** Whether a publish with this key is being carried out on this node right now. */
    public boolean isRunning(String topic, String key) {
        return running.has(topic, key);
    }

    /** Does what belongs to a publish: counted among those under way, and alone with its key. */
    <T extends @Nullable Object> T during(String topic, String key, Supplier<T> work) {
        return running.during(topic, key, work);
    }

    /** Refuses a payload of this size whose topic would not take it, or isn't there and would not be made. */
    void requireWelcome(String topic, long size) {
        try {
            checkWelcome(topic, size, Read.LOCAL);
        } catch (ServiceException | InvalidField perhapsOutOfDate) {
            checkWelcome(topic, size, Read.SERIAL);
        }
    }

    private void checkWelcome(String topic, long size, Read read) {
        TopicHead head = live(log.head(topic, read));
        if (head.getRevision() == 0 && !topics.autoCreate()) {
            throw noTopic(topic);
        }
        SizeRules.of(head).check(size);
    }

    /** Publishes what the source has; as {@link #publish(PublishOrder, InputStream)}. */
    Published publish(PublishOrder order, Source source) {
        return running.during(order.topic(), order.key(), () -> carryOut(order, source));
    }

    /** Tells what publishing what the source has would do; as {@link #dryRun(PublishOrder, InputStream)}. */
    Published dryRun(PublishOrder order, Source source) {
        return running.during(order.topic(), null, () -> {
            TopicChecks wanted = checks.of(live(admit(order, log.head(order.topic(), Read.LOCAL))));
            PublishVersion command = order.command(source.examine(wanted), 0, wanted.content());
            Committed asked = commits.dryRun(order.topic(), command, order.who());
            return published(asked, command, asked.effect() == Effect.UNCHANGED ? Outcome.UNCHANGED : Outcome.DRY_RUN);
        });
    }

    private Published carryOut(PublishOrder order, Source source) {
        // The head first: if it shows what this key made, the key's row, read after it, is there.
        TopicHead seen = atHand.apply(order.topic());
        if (order.key() != null && log.request(order.topic(), order.key()) != null) {
            return replay(order, order.key(), source);
        }
        TopicHead admitted = admit(order, seen);
        TopicChecks wanted = checks.of(live(admitted));
        Stored stored = source.store(wanted);
        return commit(
                order, admitted, source, stored, order.command(stored.part(), stored.uploadId(), wanted.content()));
    }

    /**
     * Refuses what the commit would refuse, before the payload is stored.
     *
     * @return the head by whose settings the payload is to be checked
     */
    private @Nullable TopicHead admit(PublishOrder order, @Nullable TopicHead seen) {
        try {
            check(order, live(seen));
            if (!live(seen).getSettings().hasValidation()) {
                return seen;
            }
        } catch (ServiceException | InvalidField perhapsOutOfDate) {
            // Told by the head that stands.
        }
        TopicHead standing = log.head(order.topic(), Read.SERIAL);
        check(order, live(standing));
        return standing;
    }

    /** Of a topic that is not, or not any more, the empty head. */
    private static TopicHead live(@Nullable TopicHead head) {
        return head == null || head.hasDeletion() ? TopicHead.getDefaultInstance() : head;
    }

    private void check(PublishOrder order, TopicHead head) {
        if (head.getRevision() == 0 && !topics.autoCreate()) {
            throw noTopic(order.topic());
        }
        PublishVersion.checkScopeSaid(head.getSettings(), order.saysScope());
        long newest = head.getNewestVersion() > head.getBaseVersion() ? head.getNewestVersion() : 0;
        if (order.expectedVersion() != null && order.expectedVersion() != newest) {
            throw ServiceException.of(
                    ErrorCode.VERSION_CONFLICT,
                    "newest version of " + order.topic() + ": " + newest + " (expected: " + order.expectedVersion()
                            + ")");
        }
        if (order.announced().size() != null) {
            SizeRules.of(head).check(order.announced().size());
        }
    }

    private static ServiceException noTopic(String topic) {
        return ServiceException.of(
                ErrorCode.TOPIC_NOT_FOUND,
                "no topic " + topic + " (expected: one that exists, for octavo.topics.auto-create is off)");
    }

    private Published replay(PublishOrder order, String key, Source source) {
        PublishVersion command = order.command(source.digest(), 0, Validation.getDefaultInstance());
        Committed made = commits.made(order.topic(), key, command);
        if (made == null) {
            throw ServiceException.unavailable(
                    "Idempotency-Key: " + key + " was forgotten a moment ago; send the request again",
                    RETRY_AFTER,
                    null);
        }
        return published(made, command, Outcome.REPLAYED);
    }

    private Published commit(
            PublishOrder order, @Nullable TopicHead seen, Source source, Stored stored, PublishVersion command) {
        Committed done;
        try {
            done = commits.commit(order.topic(), command, order.who(), order.key(), seen);
        } catch (ServiceException | InvalidField refused) {
            if (isFinal(refused)) {
                discard(source, stored);
            }
            throw refused;
        }
        VersionRecord version = version(done);
        // A commit of unknown outcome that is sent again finds its own row: the payload is in use then, and this call
        // made the version. An object that was there before tells nothing of who made it a version.
        boolean used = done.effect() == Effect.DONE
                || (stored.uploadId() != 0 && version.getPartsList().contains(stored.part()));
        if (!used) {
            discard(source, stored);
        }
        Outcome outcome = used ? Outcome.MADE : done.effect() == Effect.REPLAYED ? Outcome.REPLAYED : Outcome.UNCHANGED;
        if (outcome == Outcome.UNCHANGED) {
            noteUse(order, done.head());
        }
        return published(done, command, outcome);
    }

    /**
     * Notes that a topic is used whose version a publish has found there. Before that is answered: if this node dies
     * first, whoever asks knows that nothing is certain, and asks again.
     */
    void noteUse(PublishOrder order, TopicHead head) {
        if (head.getSettings().getIdleness().getArchivedMs() > 0) {
            commits.commit(order.topic(), new UnarchiveTopic("published again, unchanged"), order.who(), null, head);
        }
    }

    private static Published published(Committed done, PublishVersion command, Outcome outcome) {
        return new Published(
                done.head(),
                done.revision(),
                version(done),
                outcome,
                UndoCommand.of(command, done),
                done.impact(),
                done.before());
    }

    /** Whether nothing can have been committed, nor will be: only then the payload is nobody's. */
    private static boolean isFinal(RuntimeException refused) {
        return !(refused instanceof ServiceException e)
                || (e.code() != ErrorCode.UNAVAILABLE && e.code() != ErrorCode.INTERNAL);
    }

    private static void discard(Source source, Stored stored) {
        try {
            source.discard(stored);
        } catch (RuntimeException e) {
            LOG.warn("upload {} was not discarded now; the sweep will", stored.uploadId(), e);
        }
    }

    /** Where the bytes of a version come from. */
    interface Source {
        /** What the record would say of the bytes, but where they are. */
        Part digest();

        /** What the record would say of the bytes, if they pass. */
        Part examine(TopicChecks checks);

        Stored store(TopicChecks checks);

        void discard(Stored stored);
    }

    private record Arriving(PayloadIntake intake, PublishOrder order, InputStream body) implements Source {
        @Override
        public Part digest() {
            return BodyDigest.of(body, order.announced());
        }

        @Override
        public Part examine(TopicChecks checks) {
            try (CheckedBody checked = checks.on(body)) {
                return BodyDigest.of(checked, order.announced());
            }
        }

        @Override
        public Stored store(TopicChecks checks) {
            try (CheckedBody checked = checks.on(body)) {
                return intake.store(order.topic(), checked, order.announced());
            }
        }

        @Override
        public void discard(Stored stored) {
            intake.discard(stored);
        }
    }

    private record External(ExternalObjects objects, PublishOrder order, List<S3Location> locations) implements Source {
        @Override
        public Part digest() {
            return announced(order);
        }

        @Override
        public Part examine(TopicChecks checks) {
            return checks.ofBytes() == null ? digest() : store(checks).part();
        }

        @Override
        public Stored store(TopicChecks checks) {
            return new Stored(0, objects.check(locations, order.announced(), checks.ofBytes()));
        }

        @Override
        public void discard(Stored stored) {
            // It was there before, and stays.
        }
    }

    /** What the order says of the bytes. */
    static Part announced(PublishOrder order) {
        Long size = order.announced().size();
        return Part.newBuilder()
                .setSize(size == null ? 0 : size)
                .setSha256(order.announced().sha256())
                .build();
    }

    private static VersionRecord version(Committed committed) {
        VersionRecord version = committed.version();
        if (version == null) {
            throw new IllegalStateException(
                    "a publish without a version: " + committed.head().getTopic());
        }
        return version;
    }
}
