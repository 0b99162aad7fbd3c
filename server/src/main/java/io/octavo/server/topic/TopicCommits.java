package io.octavo.server.topic;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.octavo.protocol.RequestRecord;
import io.octavo.protocol.TopicHead;
import io.octavo.rules.InvalidField;
import io.octavo.rules.TopicNames;
import io.octavo.server.errors.ServiceException;
import io.octavo.server.topic.Committed.Effect;
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
    private final TopicLog log;
    private final EarlierRequests earlier;
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
        this.earlier = new EarlierRequests(log);
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
        Attempt attempt = new Attempt(log, clock, topic, command, who, left);
        Committed done = timed(() -> lanes.inLane(topic, left, () -> attempt.run(request, key != null, seen)));
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
        return new Attempt(log, clock, topic, command, who, patience.get()).dryRun();
    }

    /** What the key made, if it made anything in the last seven days. */
    public @Nullable Committed made(String topic, String key) {
        RequestRecord request = log.request(topic, key);
        return request == null ? null : earlier.replay(topic, request, null);
    }

    /**
     * What an earlier call with the key and the same command made; null if the key made nothing in the last seven days.
     *
     * @throws ServiceException IDEMPOTENCY_KEY_REUSED if it was used for something else
     */
    public @Nullable Committed made(String topic, String key, Command command) {
        RequestRecord made = log.request(topic, key);
        if (made == null) {
            return null;
        }
        RequestRecord asked = RequestRecord.newBuilder()
                .setKey(key)
                .setFingerprint(command.fingerprint().toByteString())
                .build();
        return earlier.replay(topic, EarlierRequests.same(topic, made, asked), null);
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
}
