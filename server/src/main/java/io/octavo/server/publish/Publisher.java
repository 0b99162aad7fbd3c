package io.octavo.server.publish;

import io.octavo.protocol.TopicHead;
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
import java.io.InputStream;
import java.time.Duration;
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
    private final TopicCommits commits;
    private final PayloadIntake intake;
    private final TopicsConfig topics;
    private final RunningKeys running;

    public Publisher(
            TopicLog log, TopicCommits commits, PayloadIntake intake, PublishConfig config, TopicsConfig topics) {
        this.log = log;
        this.commits = commits;
        this.intake = intake;
        this.topics = topics;
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
        return running.during(order.topic(), order.key(), () -> carryOut(order, body));
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

    private Published carryOut(PublishOrder order, InputStream body) {
        // The head first: if it shows what this key made, the key's row, read after it, is there.
        TopicHead before = log.head(order.topic(), Read.SERIAL);
        if (order.key() != null && log.request(order.topic(), order.key()) != null) {
            return replay(order, order.key(), body);
        }
        admit(order, before);
        return commit(order, before, intake.store(order.topic(), body, order.announced()));
    }

    private void admit(PublishOrder order, @Nullable TopicHead before) {
        TopicHead head = before == null || before.hasDeletion() ? TopicHead.getDefaultInstance() : before;
        if (head.getRevision() == 0 && !topics.autoCreate()) {
            throw ServiceException.of(
                    ErrorCode.TOPIC_NOT_FOUND,
                    "no topic " + order.topic() + " (expected: one that exists, for octavo.topics.auto-create is off)");
        }
        boolean toEverybody = order.scopes().isEmpty() && !order.stage();
        if (toEverybody && head.getSettings().getRequireScope()) {
            throw new InvalidField("scope", "none", "at least one: the topic requires it; * means everybody");
        }
        long newest = head.getNewestVersion() > head.getBaseVersion() ? head.getNewestVersion() : 0;
        if (order.expectedVersion() != null && order.expectedVersion() != newest) {
            throw ServiceException.of(
                    ErrorCode.VERSION_CONFLICT,
                    "newest version of " + order.topic() + ": " + newest + " (expected: " + order.expectedVersion()
                            + ")");
        }
    }

    private Published replay(PublishOrder order, String key, InputStream body) {
        PublishVersion command = order.command(BodyDigest.of(body, order.announced()), 0);
        Committed made = commits.made(order.topic(), key, command);
        if (made == null) {
            throw ServiceException.unavailable(
                    "Idempotency-Key: " + key + " was forgotten a moment ago; send the request again",
                    RETRY_AFTER,
                    null);
        }
        return new Published(made.head(), made.revision(), version(made), Outcome.REPLAYED, null);
    }

    private Published commit(PublishOrder order, @Nullable TopicHead before, Stored stored) {
        PublishVersion command = order.command(stored.part(), stored.uploadId());
        Committed done;
        try {
            done = commits.commit(order.topic(), command, order.who(), order.key());
        } catch (ServiceException | InvalidField refused) {
            if (isFinal(refused)) {
                discard(stored);
            }
            throw refused;
        }
        VersionRecord version = version(done);
        // A commit of unknown outcome that is sent again finds its own row: the payload is in use then, and this call
        // made the version.
        boolean used = version.getPartsList().contains(stored.part());
        if (!used) {
            discard(stored);
        }
        Outcome outcome = used ? Outcome.MADE : done.effect() == Effect.REPLAYED ? Outcome.REPLAYED : Outcome.UNCHANGED;
        String undo = used ? UndoCommand.publish(before, version.getVersion(), command.scopes()) : null;
        return new Published(done.head(), done.revision(), version, outcome, undo);
    }

    /** Whether nothing can have been committed, nor will be: only then the payload is nobody's. */
    private static boolean isFinal(RuntimeException refused) {
        return !(refused instanceof ServiceException e)
                || (e.code() != ErrorCode.UNAVAILABLE && e.code() != ErrorCode.INTERNAL);
    }

    private void discard(Stored stored) {
        try {
            intake.discard(stored);
        } catch (RuntimeException e) {
            LOG.warn("upload {} was not discarded now; the sweep will", stored.uploadId(), e);
        }
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
